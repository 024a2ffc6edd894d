/** What a screen reader hears of the count: changes only, and at most every few seconds. */
import { formatCount, plural } from "./format.js";

export class Announcer {
  #everyMs;
  #saidAt = -Infinity;
  #said = -1;

  /** @param {number} [everyMs] */
  constructor(everyMs = 5000) {
    this.#everyMs = everyMs;
  }

  /** @param {number} now ms @param {number} count @param {number} unique @returns {string | null} what to say now */
  say(now, count, unique) {
    if (count === this.#said || now - this.#saidAt < this.#everyMs) return null;
    this.#said = count;
    this.#saidAt = now;
    return `${plural(count, "person", "people")} now, ${formatCount(unique)} so far`;
  }

  reset() {
    this.#said = -1;
    this.#saidAt = -Infinity;
  }
}
