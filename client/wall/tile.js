/** One camera of the wall. */
import { numberText, wordText } from "../core/number-words.js";
import { element, icon, setAttribute, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { tilePeople, zonePeople } from "./number.js";
import { paintTile } from "./paint.js";
import { lifeOf } from "./state.js";
import { LEVELS, lifeText } from "./words.js";

/**
 * @typedef {import("./state.js").Seen} Seen
 * @typedef {import("./types.js").RoomCamera} RoomCamera
 *
 * @typedef {object} TileActions
 * @property {(camera: string) => void} enlarge or make it small again
 * @property {(camera: string, step: number) => void} move in the order by hand
 */

const ICONS = { unknown: "circle-question-mark", clear: "circle-check", warning: "triangle-alert", critical: "circle-alert" };
const MOST_DENSITY = 2;
const WIDE = { width: 16, height: 9 };

/** @param {string} name @param {string} label @param {() => void} act */
function tool(name, label, act) {
  const button = element("button", { type: "button", class: "tile-tool", title: label }, icon(name), element("span", { class: "visually-hidden" }, label));
  button.addEventListener("click", act);
  return button;
}

/** @param {import("./types.js").ZoneNow} zone @returns {HTMLLIElement} */
function zoneItem(zone) {
  const { name, state } = zone;
  const mark = state === "clear" ? [] : [icon(ICONS[state]), element("span", { class: "visually-hidden" }, state === "unknown" ? t("Unknown") : LEVELS[state])];
  return element("li", { "data-level": state }, ...mark, element("span", { class: "tile-zone-name" }, name), element("b", {}, numberText(zonePeople(zone))));
}

export class Tile {
  #canvas = element("canvas", { class: "tile-picture", "aria-hidden": "true" });
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d", { alpha: false }));
  #name = element("span", {});
  #level = element("span", { class: "tile-level" });
  #count = element("strong", {});
  #word = element("span", { class: "tile-word" });
  #life = element("span", { class: "tile-life" });
  #zones = element("ul", { class: "tile-zones" });
  #size = { width: 0, height: 0 };
  /** @type {import("./paint.js").Frame | null} */
  #frame = null;
  /** @type {readonly import("./types.js").ZoneNow[]} */
  #shownZones = [];
  #zonesKey = "";
  #dirty = true;
  /** @type {import("../zones/shape.js").Plan["shapes"]} */
  shapes = [];

  /** @param {RoomCamera} camera @param {TileActions} actions @param {() => void} changed asks for a draw */
  constructor(camera, actions, changed) {
    this.camera = camera;
    this.enlarge = tool("maximize", t("Enlarge"), () => actions.enlarge(this.camera.id));
    // They point along the line of reading, which the style sheet turns with it.
    this.earlier = tool("chevron-left", t("Earlier"), () => actions.move(this.camera.id, -1));
    this.later = tool("arrow-right", t("Later"), () => actions.move(this.camera.id, 1));
    for (const button of [this.earlier, this.later]) button.classList.add("tile-turns");
    this.open = element("a", { class: "tile-tool", href: `/cameras/${encodeURIComponent(camera.id)}`, title: t("Open the studio") }, icon("pentagon"), element("span", { class: "visually-hidden" }, t("Open the studio")));
    const name = element("h2", { class: "tile-name", id: `tile-${camera.id}` }, this.#name);
    const tools = element("div", { class: "tile-tools" }, this.earlier, this.later, this.open, this.enlarge);
    const figures = element("p", { class: "tile-figures" }, this.#count, this.#word);
    const stage = element("div", { class: "tile-stage" }, this.#canvas, name, tools, this.#level, figures, this.#life);
    this.root = element("li", { class: "tile", "data-camera": camera.id, "aria-labelledby": `tile-${camera.id}` }, stage, this.#zones);
    stage.addEventListener("dblclick", () => actions.enlarge(this.camera.id));
    this.watcher = new ResizeObserver(([entry]) => {
      this.#fit(entry.contentRect);
      changed();
    });
    this.watcher.observe(this.#canvas);
  }

  /** CSS pixels. */
  get width() {
    return this.#size.width;
  }

  /** @param {Seen} seen @param {ImageBitmap | null} bitmap its picture, which the tile closes in time */
  show(seen, bitmap) {
    const { width, height } = { ...WIDE, ...(seen.width && seen.height ? { width: seen.width, height: seen.height } : {}) };
    // People are drawn on their own picture only; between two pictures their boxes would swim.
    if (!bitmap && this.#frame?.bitmap) return;
    this.#frame?.bitmap?.close();
    this.#frame = { bitmap, width: bitmap?.width ?? width, height: bitmap?.height ?? height, people: (bitmap && seen.picture_people) || seen.people };
    this.#dirty = true;
  }

  /** Numbers only, or the stream ended: an old picture says nothing. */
  forget() {
    if (!this.#frame) return;
    this.#frame.bitmap?.close();
    this.#frame = null;
    this.#dirty = true;
  }

  /** @param {import("../zones/shape.js").Plan["shapes"]} shapes */
  setShapes(shapes) {
    this.shapes = shapes;
    this.#dirty = true;
  }

  remove() {
    this.watcher.disconnect();
    this.forget();
    this.root.remove();
  }

  /** @param {Seen | undefined} seen @param {number} now ms @param {{large: boolean, byHand: boolean, mayOpen: boolean, lost: boolean}} how */
  render(seen, now, { large, byHand, mayOpen, lost }) {
    const life = lifeOf(seen, now);
    const level = seen && life !== "offline" ? seen.level : "clear";
    setText(this.#name, this.camera.name);
    setAttribute(this.root, "data-life", lost && life === "live" ? "silent" : life);
    setAttribute(this.root, "data-level", level);
    this.root.toggleAttribute("data-large", large);
    this.#renderLevel(level);
    this.#renderCount(life === "offline" ? undefined : seen);
    setText(this.#life, lifeText(seen, now, lost));
    this.enlarge.setAttribute("aria-pressed", String(large));
    this.earlier.hidden = this.later.hidden = !byHand;
    this.open.hidden = !mayOpen;
    this.#renderZones(seen && life !== "offline" ? seen.zones : []);
    if (this.#dirty) this.#paint();
  }

  /** @param {Seen | undefined} seen */
  #renderCount(seen) {
    const people = tilePeople(seen);
    setText(this.#count, numberText(people));
    setText(this.#word, wordText(people));
    setAttribute(this.root, "data-people", people && (people.state === "least" ? "unknown" : people.state));
    setAttribute(this.#count, "aria-hidden", people?.state === "least" ? "true" : null);
  }

  /** @param {import("./types.js").Level} level */
  #renderLevel(level) {
    if (this.#level.dataset.level === level) return;
    this.#level.dataset.level = level;
    this.#level.hidden = level === "clear";
    this.#level.replaceChildren(icon(ICONS[level]), LEVELS[level]);
  }

  /** @param {readonly import("./types.js").ZoneNow[]} given */
  #renderZones(given) {
    const zones = given.map((zone) => ({ ...zone, name: this.shapes.find(({ id }) => id === zone.id)?.name ?? zone.name ?? zone.id }));
    const key = JSON.stringify(zones.map(({ id, name, occupancy, crowd, level, state }) => [id, name, occupancy, crowd, level, state]));
    if (key === this.#zonesKey) return;
    if (zones.some(({ id, level }, index) => this.#shownZones[index]?.id !== id || this.#shownZones[index]?.level !== level)) this.#dirty = true;
    this.#zonesKey = key;
    this.#shownZones = zones;
    this.#zones.hidden = zones.length === 0;
    this.#zones.replaceChildren(...zones.map(zoneItem));
  }

  #paint() {
    this.#dirty = false;
    const levels = new Map(this.#shownZones.map(({ id, level }) => [id, level]));
    const outlines = this.shapes.map(({ id, kind, points, colour }) => ({ points, closed: kind === "zone", colour, level: levels.get(id) ?? /** @type {const} */ ("clear") }));
    paintTile(this.#context, this.#size, this.#frame, outlines);
  }

  /** @param {{width: number, height: number}} rect CSS pixels */
  #fit({ width, height }) {
    const density = Math.min(MOST_DENSITY, window.devicePixelRatio || 1);
    this.#size = { width, height };
    this.#canvas.width = Math.max(1, Math.round(width * density));
    this.#canvas.height = Math.max(1, Math.round(height * density));
    this.#context.setTransform(density, 0, 0, density, 0, 0);
    this.#dirty = true;
  }
}
