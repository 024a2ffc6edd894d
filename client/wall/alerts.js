/** The alerts of the room: listed, said, heard where wanted, taken once for all. */
import { Tones } from "../alerts/tones.js";
import { ApiError } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { KeyedList } from "../ui/keyed-list.js";
import { recall, remember } from "../ui/memory.js";
import { postUntilAnswered } from "../ui/until-answered.js";
import { t, tell } from "../ui/words.js";
import { alertEntry, placeOf } from "./alert-row.js";
import { mayOperate, withAlert } from "./state.js";
import { LEVELS } from "./words.js";

/**
 * @typedef {import("./types.js").RoomAlert} RoomAlert
 * @typedef {import("./state.js").WallState} WallState
 */

/** A critical alert that nobody has is heard again after this. */
const AGAIN_MS = 15000;

/** Open ones first, the worst and the newest on top. @param {readonly RoomAlert[]} alerts @returns {RoomAlert[]} */
export function inOrder(alerts) {
  const weight = (/** @type {RoomAlert} */ { ended_at: ended, acknowledged_at: taken, level }) => (ended ? 4 : 0) + (taken ? 2 : 0) + (level === "critical" ? 0 : 1);
  return [...alerts].sort((a, b) => weight(a) - weight(b) || Date.parse(b.began_at) - Date.parse(a.began_at));
}

/** @param {RoomAlert} alert whether nobody has it yet */
export function isWaiting({ ended_at: ended, acknowledged_at: taken, claimed_by: claimed }) {
  return !ended && !taken && !claimed;
}

export class RoomAlerts {
  #list = new KeyedList(byId("alert-list", HTMLUListElement));
  #sound = byId("wall-sound", HTMLInputElement);
  #mute = byId("wall-mute", HTMLElement);
  #tones = new Tones();
  /** @type {Map<string, string>} id to level, of those that were told */
  #known = new Map();
  #first = true;
  #rangAt = -Infinity;
  #title = document.title;

  /** @param {import("../core/store.js").Store<WallState>} store @param {(camera: string) => void} show enlarges a camera */
  constructor(store, show) {
    this.store = store;
    this.actions = {
      claim: (/** @type {RoomAlert} */ alert) => void this.#take(alert, "claim", {}),
      acknowledge: (/** @type {RoomAlert} */ alert, /** @type {string} */ note) => void this.#take(alert, "acknowledge", { note }),
      show,
    };
    this.#sound.checked = recall("wallSound", false);
    this.#sound.addEventListener("change", () => {
      remember("wallSound", this.#sound.checked);
      this.#mute.hidden = true;
      if (this.#sound.checked) void this.#tones.ring("warning");
    });
    void this.#listen();
    for (const tap of ["pointerup", "keydown"]) document.addEventListener(tap, () => this.#mute.hidden || void this.#listen());
  }

  /** A station that wants sounds and cannot have them yet, as after a restart of its browser, says so. */
  async #listen() {
    if (this.#sound.checked) this.#mute.hidden = await this.#tones.canSound();
  }

  /** @param {WallState} state @param {number} now ms */
  render(state, now) {
    if (!state.room) return;
    this.#say(state.alerts, now);
    const open = state.alerts.filter(({ ended_at: ended }) => !ended);
    for (const id of ["tab-alerts-count", "wall-jump-count"]) {
      const count = byId(id, HTMLElement);
      count.hidden = open.length === 0;
      setText(count, String(open.length));
    }
    const worst = open.some(({ level }) => level === "critical") ? "⬤ " : open.length ? "▲ " : "";
    if (document.title !== worst + this.#title) document.title = worst + this.#title;
    this.#renderList(inOrder(state.alerts), mayOperate(state.room.role));
  }

  /** @param {readonly RoomAlert[]} alerts @param {number} now ms */
  #say(alerts, now) {
    const risen = alerts.filter((alert) => !alert.ended_at && this.#known.get(alert.id) !== alert.level && this.#known.get(alert.id) !== "critical");
    this.#known = new Map(alerts.map(({ id, level }) => [id, level]));
    if (risen.length && !this.#first) {
      setText(byId("alert-said", HTMLElement), risen.map((alert) => `${LEVELS[alert.level]}: ${placeOf(alert)}`).join(". "));
      this.#ring(risen.some(({ level }) => level === "critical") ? "critical" : "warning", now);
    }
    this.#first = false;
    const waiting = alerts.some((alert) => alert.level === "critical" && isWaiting(alert));
    if (waiting && now - this.#rangAt > AGAIN_MS) this.#ring("critical", now);
  }

  /** @param {"warning" | "critical"} level @param {number} now ms */
  #ring(level, now) {
    this.#rangAt = now;
    if (this.#sound.checked) void this.#tones.ring(level);
  }

  /** @param {readonly RoomAlert[]} alerts @param {boolean} mayTake */
  #renderList(alerts, mayTake) {
    byId("alert-none", HTMLElement).hidden = alerts.length > 0;
    this.#list.render(alerts.map((alert) => alertEntry(alert, mayTake, this.actions)));
  }

  /** @param {RoomAlert} alert @param {"claim" | "acknowledge"} how @param {object} body */
  async #take(alert, how, body) {
    try {
      const path = `/api/alerts/${encodeURIComponent(alert.id)}/${how}`;
      const answer = await postUntilAnswered(path, body, (error) => this.store.set({ problem: `${error.message} ${t("It is sent again by itself.")}` }));
      this.store.set({ problem: "" });
      this.store.set(withAlert(this.store.get(), { ...alert, ...answer.alert }));
      setText(byId("wall-status", HTMLElement), how === "claim" ? t("You look after {place}.", { place: placeOf(alert) }) : t("The alert of {place} is acknowledged.", { place: placeOf(alert) }));
      byId("panel-alerts", HTMLElement).focus();
    } catch (error) {
      const text = error instanceof Error ? tell(error.message) : String(error);
      this.store.set({ problem: error instanceof ApiError && error.status === 409 ? t("Somebody was quicker: {what}", { what: text }) : text });
    }
  }
}
