/** All tiles: one for each camera, in their order, drawn together, each only when it changed. */
import { api } from "../ui/api.js";
import { setAttribute } from "../ui/dom.js";
import { decodePlan } from "../zones/plan-json.js";
import { Tile } from "./tile.js";

/** @typedef {import("./state.js").WallState} WallState */

/** Columns by the number of tiles; a narrow window takes fewer (in the style sheet). */
const COLUMNS = [1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4];

export class Tiles {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #order = "";

  /** @param {HTMLElement} root @param {import("./tile.js").TileActions} actions @param {() => void} changed asks for a draw */
  constructor(root, actions, changed) {
    this.root = root;
    this.actions = actions;
    this.changed = changed;
  }

  /** CSS pixels of the widest, and of the enlarged one. @param {string | null} focus */
  widths(focus) {
    const small = [...this.#tiles].filter(([id]) => id !== focus).map(([, tile]) => tile.width);
    return { widest: Math.max(0, ...small), focused: (focus && this.#tiles.get(focus)?.width) || 0 };
  }

  /** The zones that are drawn on a camera. @param {string} camera id @returns {{id: string, name: string}[]} */
  zonesOf(camera) {
    return (this.#tiles.get(camera)?.shapes ?? []).filter((shape) => shape.kind === "zone" && shape.counts).map(({ id, name }) => ({ id, name }));
  }

  /** @param {readonly import("./types.js").RoomCamera[]} cameras those that are in the room now */
  setCameras(cameras) {
    for (const [id, tile] of this.#tiles) {
      if (cameras.some((camera) => camera.id === id)) continue;
      tile.remove();
      this.#tiles.delete(id);
    }
    for (const camera of cameras) {
      const known = this.#tiles.get(camera.id);
      if (known) {
        known.camera = camera;
        continue;
      }
      this.#tiles.set(camera.id, new Tile(camera, this.actions, this.changed));
      void this.loadPlan(camera.id);
    }
    this.#order = "";
  }

  /** The zones of all cameras, which may have changed unseen. */
  loadPlans() {
    for (const id of this.#tiles.keys()) void this.loadPlan(id);
  }

  /** @param {string} camera id, whose zones were drawn anew */
  async loadPlan(camera) {
    try {
      const { plan } = await api("GET", `/api/cameras/${encodeURIComponent(camera)}/plan`);
      this.#tiles.get(camera)?.setShapes(decodePlan(plan).shapes);
      this.changed();
    } catch (error) {
      console.info("The zones of a camera are not drawn:", error instanceof Error ? error.message : error);
    }
  }

  /**
   * Takes in pictures and people; resolves when they can be drawn.
   * @param {readonly [string, import("./state.js").Seen][]} arrived @param {boolean} pictures whether pictures are wanted at all
   */
  async take(arrived, pictures) {
    await Promise.all(
      arrived.map(async ([id, seen]) => {
        const tile = this.#tiles.get(id);
        if (!tile) return;
        if (seen.state === "offline" || !pictures) tile.forget();
        if (seen.state === "offline") return;
        const bitmap = pictures && seen.picture ? await decoded(seen.picture) : null;
        if (bitmap && !this.#tiles.has(id)) bitmap.close();
        else tile.show(seen, bitmap);
      }),
    );
  }

  /** @param {WallState} state @param {readonly string[]} order ids @param {string | null} focus @param {boolean} byHand @param {boolean} mayOpen @param {number} now ms */
  render(state, order, focus, byHand, mayOpen, now) {
    this.#arrange(order);
    setAttribute(this.root, "data-columns", String(COLUMNS[Math.min(order.length, COLUMNS.length - 1)]));
    this.root.toggleAttribute("data-focused", focus !== null && this.#tiles.has(focus));
    for (const [id, tile] of this.#tiles) {
      const { camera } = tile;
      tile.render(state.seen.get(id), now, { large: id === focus, byHand, mayOpen: mayOpen || camera.mine, lost: state.phase === "lost" });
    }
  }

  /** @param {readonly string[]} order ids */
  #arrange(order) {
    const key = order.join(" ");
    if (key === this.#order) return;
    this.#order = key;
    const focused = document.activeElement;
    order.forEach((id, index) => {
      const tile = this.#tiles.get(id)?.root;
      if (tile && this.root.children[index] !== tile) this.root.insertBefore(tile, this.root.children[index] ?? null);
    });
    // Moving an element takes the focus from what is in it.
    if (focused instanceof HTMLElement && this.root.contains(focused)) focused.focus({ preventScroll: true });
  }
}

/** @param {ArrayBuffer} jpeg @returns {Promise<ImageBitmap | null>} */
async function decoded(jpeg) {
  try {
    return await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  } catch {
    return null; // the next one comes soon
  }
}
