/** Zones in the studio: the editor on the picture, its panel, and the figures of what was drawn. */
import { hasIdentities, peopleOf } from "../core/people.js";
import { ApiError } from "../ui/api.js";
import { byId } from "../ui/dom.js";
import { recall, remember } from "../ui/memory.js";
import { boardView } from "./board.js";
import { ZoneChart } from "./chart.js";
import { conflictView } from "./conflicts.js";
import { Editor } from "./editor.js";
import { wireExchange } from "./exchange.js";
import { labelsOf } from "./figures.js";
import { zoneForm } from "./form.js";
import { formatView } from "./format-view.js";
import { Gestures } from "./gestures.js";
import { groundForm } from "./ground-form.js";
import { wireKeys } from "./keys.js";
import { Layer } from "./layer.js";
import { Loupe } from "./magnifier.js";
import { zonePanel } from "./panel.js";
import { Saver } from "./plan-sync.js";
import { GROUND, footPlace, isCounted } from "./shape.js";
import { shelfAt, wireSaving } from "./shelf.js";
import { summarise } from "./summary.js";
import { Trends } from "./trends.js";
import { SAME, inverse, isSameView, mapBox, mappedPlan, viewNow } from "./view.js";

/**
 * @typedef {import("../live/run-state.js").StudioState} StudioState
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 */

const ASPECT = 16 / 9;
/** A change of one's own reaches the counting sooner than this. */
const STRANGE_MS = 2000;

function makeId() {
  return `shp_${[...crypto.getRandomValues(new Uint8Array(8))].map((byte) => (byte % 36).toString(36)).join("")}`;
}

export class Zones {
  trends = new Trends();
  #path;
  #layer;
  #loupe = new Loupe();
  #aspect;
  /** @type {readonly ZoneResult[] | null} */
  #zones = null;
  /** @type {Map<string, import("./layer.js").Label>} */
  #labels = new Map();
  #counted = -1;
  #wanted = false;
  #strangeSince = Infinity;
  /** Who stored a plan last, as far as it is known. */
  #who = "";

  /** @param {string} camera id @param {import("../core/store.js").Store<StudioState>} store @param {() => void} changed asks for a draw */
  constructor(camera, store, changed) {
    this.#path = `/api/cameras/${encodeURIComponent(camera)}/plan`;
    this.camera = camera;
    this.store = store;
    this.saver = new Saver(shelfAt(this.#path), changed, (changes, aspect) => this.editor.receive(changes, aspect));
    /** @type {Editor} */
    this.editor = new Editor((plan) => this.saver.take(plan), makeId, () => (store.get().figures && !this.editor.state.view ? this.#aspectNow() : null));
    this.editor.store.subscribe(changed);
    this.#layer = new Layer(changed);
    this.#aspect = recall(`aspect.${camera}`, ASPECT);
    const focus = (/** @type {string} */ id, /** @type {number | null} */ point) => {
      // What was added a moment ago has no element before the next draw.
      this.#renderLayer(store.get());
      this.#layer.focus(id, point);
    };
    new Gestures(this.#layer.root, this.editor, { lens: () => this.#layer.lens, outlines: () => this.#layer.outlines(this.editor.state), hold: (held) => this.#hold(held), magnify: (at) => this.#magnify(at), focus });
    wireKeys(this.#layer.root, this.editor, () => store.get().settings.mirror, focus);
    this.#followFocus();
    const panel = zonePanel(this.editor, this.saver, (id) => id && focus(id, null));
    const conflicts = conflictView(this.editor, this.saver);
    const form = zoneForm(this.editor, this.saver);
    const ground = groundForm(this.editor);
    const board = boardView(this.trends);
    const chart = new ZoneChart(this.trends, () => store.get().range, () => store.get().startedAt);
    this.views = [
      () => panel(this.#labels),
      () => conflicts(this.#who),
      formatView(this.editor, () => this.#layer.pictureAspect),
      (/** @type {StudioState} */ state) => form(this.#aspectDrawn(), state.zones.find(({ id }) => id === this.editor.state.selected)),
      () => ground(this.saver.state === "failed" && this.saver.code === "BAD_CALIBRATION" ? this.saver.message : ""),
      (/** @type {StudioState} */ state, /** @type {number} */ now) => board(this.editor.state.plan.shapes.filter(isCounted), state, now),
      (/** @type {StudioState} */ state) => summarise(this.editor.state.plan.shapes, state.zones),
      (/** @type {StudioState} */ _state, /** @type {number} */ now) => chart.render(this.editor.state.plan.shapes.filter((shape) => shape.kind === "zone" && shape.counts), now),
    ];
    wireSaving(this.saver, this.#path, () => void this.#refresh());
    const refresh = wireExchange(this.editor, camera);
    this.refreshCameras = () => void refresh();
    void this.#load();
  }

  /** The tab was opened or left. @param {boolean} active */
  activate(active) {
    this.#wanted = active;
    // What is drawn before the stored plan is known would be lost to it.
    this.editor.activate(active && this.saver.state !== "loading");
    byId("studio", HTMLElement).toggleAttribute("data-editing", active);
    if (active) this.refreshCameras();
  }

  /** Exclude the place of these feet from counting. @param {readonly [number, number, number, number]} box of the frame */
  exclude(box) {
    this.editor.pen.exclude(footPlace(mapBox(inverse(this.#matrix), box)));
  }

  /** What is drawn, where it lies in the picture. */
  get shown() {
    return mappedPlan(this.editor.state.plan, this.#matrix);
  }

  get #matrix() {
    return this.editor.state.view?.matrix ?? SAME;
  }

  /** @returns {number | null} as it is stored */
  #aspectNow() {
    const aspect = this.#layer.pictureAspect;
    return aspect && Math.round(aspect * 1e5) / 1e5;
  }

  /** Of the frames that the plan was drawn on. */
  #aspectDrawn() {
    return (this.editor.state.view && this.editor.state.plan.aspect) || this.#aspect;
  }

  /** Straight to drawing. */
  draw() {
    byId("tab-zones", HTMLElement).click();
    this.editor.pen.use("rectangle");
  }

  /** @param {StudioState} state @param {number} now ms */
  render(state, now) {
    this.#follow(state);
    this.#count(state);
    this.#renderLayer(state);
    for (const view of this.views) view(state, now);
  }

  /** Where the plan lies in the picture may change with each frame, and mostly does not. @param {StudioState} state */
  #follow({ figures }) {
    const { plan, view: before } = this.editor.state;
    const view = viewNow(plan, this.#layer.pictureAspect, figures?.view ?? null);
    if (!isSameView(view, before)) this.editor.store.set({ view });
  }

  /** @param {StudioState} state */
  #count(state) {
    if (state.zones !== this.#zones) {
      this.#zones = state.zones;
      this.#labels = labelsOf(state.zones, state.lines, state.figures?.known, !state.figures || hasIdentities(peopleOf(state.figures)));
    }
    if (!state.figures) {
      if (this.#counted >= 0) this.trends.clear();
      this.#counted = -1;
    } else if (state.figures.t !== this.#counted) {
      this.#counted = state.figures.t;
      this.trends.add(state.figures.t, state.zones, state.figures.known);
      this.#compare(state);
    }
  }

  /** The server counts by other zones than are shown here: somebody changed them elsewhere. @param {StudioState} state */
  #compare({ zones, lines }) {
    const counted = new Set([...zones, ...lines].map(({ id }) => id));
    const shapes = this.editor.state.plan.shapes.filter(isCounted);
    const same = shapes.length === counted.size && shapes.every(({ id }) => counted.has(id));
    const now = performance.now();
    if (same || this.saver.state !== "saved") this.#strangeSince = Infinity;
    else if (this.#strangeSince === Infinity) this.#strangeSince = now;
    else if (now - this.#strangeSince > STRANGE_MS) {
      this.#strangeSince = now;
      void this.#refresh();
    }
  }

  /** Somebody else stored a plan. @param {string} who */
  lookAgain(who) {
    this.#who = who;
    void this.#refresh();
  }

  /** Nothing is saved and nothing moves by itself while a finger or a button is down. @param {boolean} held */
  #hold(held) {
    if (this.saver.hold(held)) void this.#refresh();
  }

  async #refresh() {
    try {
      await this.saver.peek();
    } catch (error) {
      // The link says that the server is away; this is asked again later.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** @param {StudioState} state */
  #renderLayer(state) {
    const aspect = this.#layer.pictureAspect;
    if (aspect !== null && aspect !== this.#aspect) {
      this.#aspect = aspect;
      remember(`aspect.${this.camera}`, aspect);
    }
    this.#layer.render(this.editor.state, state.layers.zones, state.settings.mirror, this.#aspect, this.#labels, this.saver.conflicts);
  }

  /** @param {import("./geometry.js").Point | null} at */
  #magnify(at) {
    const { plan, selected, draft, cursor, rejected } = this.editor.state;
    const outlines = [...plan.shapes.map(({ points }) => points), ...(selected === GROUND && plan.calibration ? [plan.calibration.points] : []), rejected ?? (cursor ? [...draft, cursor] : draft)];
    this.#loupe.show(at, this.#layer.lens, outlines);
  }

  /** Tab chooses what it reaches. */
  #followFocus() {
    this.#layer.root.addEventListener("focusin", ({ target }) => {
      if (!(target instanceof Element) || !this.editor.state.active) return;
      const id = target.closest("[data-shape]")?.getAttribute("data-shape");
      const handle = target.getAttribute("data-handle");
      if (id) this.editor.select(id, handle?.startsWith("point") ? Number(handle.slice(6)) : null);
    });
  }

  async #load() {
    try {
      this.editor.open(await this.saver.load());
      this.editor.activate(this.#wanted);
    } catch (error) {
      console.info("The zones could not be read:", error instanceof Error ? error.message : error);
      setTimeout(() => void this.#load(), 4000);
    }
  }
}
