/** Stops a chart and looks back in it, while newer figures go on arriving. */
import { byId } from "../ui/dom.js";
import { timeWindow } from "./time-axis.js";

/** @typedef {import("../core/history.js").Range} Range */

/** @template T what the chart shows, of the whole session */
export class LookBack {
  #pause;
  #back;
  #row;
  /** @type {T | null} what is looked at */
  frozen = null;

  /** @param {string} chart id; the buttons' begin with it @param {() => Range} range @param {() => T} freeze @param {() => void} draw */
  constructor(chart, range, freeze, draw) {
    this.range = range;
    this.draw = draw;
    this.#pause = byId(`${chart}-pause`, HTMLButtonElement);
    this.#back = byId(`${chart}-back`, HTMLInputElement);
    this.#row = byId(`${chart}-back-row`, HTMLElement);
    this.#pause.addEventListener("click", () => this.#set(this.frozen ? null : freeze()));
    this.#back.addEventListener("input", draw);
  }

  /** Where what is shown is to be found: who looks back does so in the whole session. @returns {Range} */
  get shown() {
    return this.frozen ? "all" : this.range();
  }

  /** Back to now. */
  end() {
    if (this.frozen) this.#set(null);
  }

  /** @param {T | null} frozen */
  #set(frozen) {
    this.frozen = frozen;
    this.#pause.setAttribute("aria-pressed", String(frozen !== null));
    this.#back.value = this.#back.max;
    this.#row.hidden = frozen === null || this.range() === "all";
    this.draw();
  }

  /** What of it is shown: up to now, or to where the slider stands. @param {number} low seconds @param {number} high seconds @returns {[number, number]} */
  window(low, high) {
    const span = this.range() === "all" ? Infinity : Number(this.range());
    if (!this.frozen || !Number.isFinite(span)) return timeWindow(low, high, span);
    const end = low + (high - low) * (Number(this.#back.value) / Number(this.#back.max));
    return [Math.max(low, end - span), Math.max(end, low + Math.min(span, high - low))];
  }
}
