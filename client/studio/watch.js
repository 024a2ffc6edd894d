/** Looking on while another device streams this camera: its picture and its figures, as the room shows them. */
import { peopleOf } from "../core/people.js";
import { lifeOf } from "../wall/state.js";
import { closedElsewhere, closedRoom } from "./words.js";

/**
 * @typedef {import("../wall/types.js").CameraNow} CameraNow
 * @typedef {import("../live/run-state.js").StudioState} StudioState
 *
 * @typedef {import("../live/run-state.js").Figures} Figures
 *
 * @typedef {object} Certain what the room says of a count, beside it
 * @property {number | null} [count_low]
 * @property {number | null} [count_high]
 * @property {boolean} [saturated]
 * @property {boolean} [known]
 * @property {Figures["crowd"]} [crowd]
 * @property {number | null} [crowd_peak]
 *
 * @typedef {CameraNow & Certain & {t?: number, t_wall?: number | null, picture_t_wall?: number, epoch?: number, lines?: StudioState["lines"][number][]}} Relayed
 */

/** @param {CameraNow["zones"]} zones as the room tells of them @returns {import("../live/protocol.js").ZoneResult[]} */
function asResults(zones) {
  // The room's own list has the active alerts; a page that only watches does not ring.
  return zones.map((zone) => /** @type {import("../live/protocol.js").ZoneResult} */ (/** @type {unknown} */ ({ ...zone, alerts: {} })));
}

/** @param {Relayed} camera @param {number} at ms, when its frame was taken @param {number} t ms @returns {Figures} */
export function figuresOf(camera, at, t) {
  const { count, count_low: low = null, count_high: high = null, saturated = false, known = true, crowd = null, crowd_peak: crowdPeak = null, still = [], view = null, followed = true, peak, unique } = camera;
  // Shift the stream's capture times to the chart's.
  const places = still.map((place) => ({ ...place, since: place.since - (camera.t ?? 0) + t }));
  return { count, low, high, saturated, known, crowd, crowdPeak, still: places, view, followed, peak, unique, at, t };
}

/** @param {ArrayBuffer} jpeg @returns {Promise<ImageBitmap | null>} */
async function decoded(jpeg) {
  try {
    return await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  } catch {
    return null; // the next one comes soon
  }
}

export class Watch {
  /** Time 0 of the chart, Unix ms. */
  #base = 0;
  #lastT = 0;
  /** The newest map of the crowd that is not on the stage yet. @type {CameraNow["crowd_map"]} */
  #map;
  /** Whether this user may draw zones on it. */
  mayDraw = false;

  /** @param {import("./run.js").Desk} desk @param {boolean} own whether this user may stream the camera */
  constructor(desk, own) {
    this.desk = desk;
    this.own = own;
  }

  get isOn() {
    return this.desk.store.get().phase === "watching";
  }

  /** Where nothing of one's own is under way. */
  get isFree() {
    const { phase, problem } = this.desk.store.get();
    return phase === "idle" || phase === "watching" || problem?.code === "not_streamed";
  }

  /** @param {Relayed} camera what the room said last @param {number} now ms */
  async take(camera, now) {
    if (!this.isFree) return;
    const life = lifeOf({ ...camera, at: now }, now);
    if (life === "offline" || camera.age_ms === null) return this.#rest();
    const { store, history } = this.desk;
    const wall = camera.t_wall ?? Date.now();
    if (!this.isOn) {
      this.desk.stage.clear();
      this.#map = undefined;
      history.clear();
      this.#base = wall;
      this.#lastT = 0;
      store.set({ phase: "watching", problem: null, ending: null, source: null, mode: "live", startedAt: wall, counters: { received: 0, processed: 0, dropped: 0, rejected: 0 } });
    }
    await this.#show(camera);
    if (!this.isOn) return;
    const t = Math.max(this.#lastT, wall - this.#base);
    const figures = figuresOf(this.own || this.mayDraw ? camera : { ...camera, still: [] }, now - camera.age_ms, t);
    if (t > this.#lastT) history.add(t, peopleOf(figures));
    this.#lastT = t;
    store.set({ figures, zones: asResults(camera.zones), lines: camera.lines ?? [], waiting: life === "silent" });
  }

  /** The room cannot be asked just now. */
  lost() {
    if (this.isOn) this.desk.store.set({ waiting: true });
  }

  /** The room is closed to this user: its picture and its figures go, whatever came last. @param {string} message of the server, English */
  end(message) {
    if (!this.isOn) return;
    this.desk.stage.clear();
    this.desk.store.set({ phase: "ended", problem: closedRoom(message), figures: null, zones: [], lines: [], waiting: false });
  }

  /** @param {Relayed} camera */
  async #show(camera) {
    const { crowd } = camera;
    this.#map = crowd ? (camera.crowd_map ?? this.#map) : undefined;
    const bitmap = camera.picture ? await decoded(camera.picture) : null;
    if (!bitmap) return;
    if (!this.isOn) return bitmap.close();
    const people = (camera.picture_people ?? camera.people).map((person) => ({ ...person, score: 1 }));
    const t = camera.picture_t_wall ?? camera.t_wall ?? 0;
    this.desk.stage.show({ bitmap, capturedAt: performance.now(), result: { people, t, epoch: camera.epoch ?? 1, crowd, crowd_map: this.#map } });
    this.#map = undefined;
  }

  /** The camera is offline: what can be done instead. */
  #rest() {
    const { store, stage } = this.desk;
    if (this.isOn) stage.clear();
    if (this.own) {
      if (this.isOn) store.set({ phase: "idle", figures: null, zones: [], lines: [], waiting: false });
    } else if (store.get().phase !== "ended") {
      store.set({ phase: "ended", problem: closedElsewhere(), figures: null, zones: [], lines: [], waiting: false });
    }
  }
}
