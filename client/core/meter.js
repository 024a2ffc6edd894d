/** Measures that a person can read: rates over a few seconds, values without flicker. */

export class RateMeter {
  /** @type {number[]} */
  #times = [];
  #windowMs;

  /** @param {number} [windowMs] */
  constructor(windowMs = 3000) {
    this.#windowMs = windowMs;
  }

  /** @param {number} now ms */
  tick(now) {
    this.#times.push(now);
    this.#forget(now);
  }

  /** Events a second, also while the window is still filling. @param {number} now ms @returns {number} */
  rate(now) {
    this.#forget(now);
    if (this.#times.length < 2) return 0;
    const span = Math.max(now - this.#times[0], this.#times[this.#times.length - 1] - this.#times[0]);
    return ((this.#times.length - 1) * 1000) / Math.max(1, span);
  }

  reset() {
    this.#times.length = 0;
  }

  /** @param {number} now */
  #forget(now) {
    while (this.#times.length && now - this.#times[0] > this.#windowMs) this.#times.shift();
  }
}

/** Exponential average; the first value counts in full. @param {number | null} before @param {number} value @param {number} [weight] */
export function smooth(before, value, weight = 0.2) {
  return before === null ? value : before + weight * (value - before);
}
