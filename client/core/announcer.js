/** What a screen reader hears of the count: changes only, and at most every few seconds. */
import { tn } from "../site/words.js";
import { formatCount } from "./format.js";

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
    return tn("{n} person now, {unique} so far", "{n} people now, {unique} so far", count, { unique: formatCount(unique) });
  }

  reset() {
    this.#said = -1;
    this.#saidAt = -Infinity;
  }
}
