/** Keeps the screen on while people are counted; the browser drops the lock whenever the page is hidden. */

export class WakeLock {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#take());
  }

  /** @param {boolean} wanted */
  want(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#take();
    else void this.#lock?.release();
  }

  async #take() {
    if (!this.#wanted || document.hidden || !navigator.wakeLock || (this.#lock && !this.#lock.released)) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      // Asked for while it was still wanted.
      if (!this.#wanted) await this.#lock.release();
    } catch (error) {
      console.info("The screen may go dark:", error instanceof Error ? error.message : error);
    }
  }
}
