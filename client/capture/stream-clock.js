/** The time in a camera's stream: the page's own clock since it was opened, and what a sleeping device missed. Pure. */

/** Clocks of pages and of the world drift apart by less, and are set by less. */
const LEAST_MS = 1000;

export class StreamClock {
  #openedAt = 0;
  #wall = 0;

  /** The stream begins, or goes on in a new page. @param {number} now ms of the page's clock @param {number} wall ms since 1970 @param {number} already ms that it has lasted */
  start(now, wall, already = 0) {
    this.#openedAt = now - already;
    this.#wall = wall - already;
  }

  /**
   * The stream goes on after a pause. While a device sleeps the clock of its pages may stand still; without that time
   * everything that is counted later would be dated too early.
   * @param {number} now ms of the page's clock @param {number} wall ms since 1970 @param {number} most ms that a pause may last; what is more was a change of the world's clock
   */
  wake(now, wall, most) {
    const slept = wall - this.#wall - (now - this.#openedAt);
    if (slept >= LEAST_MS && slept <= most) this.#openedAt -= slept;
    else this.#wall += slept;
  }

  /** @param {number} at ms of the page's clock @returns {number} ms since the stream was opened */
  timeOf(at) {
    return at - this.#openedAt;
  }
}
