/** The server's clock: what it dated is compared with that, for the clock of a device may be off by days. */

/** Answers are dated by the second. What is not off by more counts as right. */
const RIGHT_MS = 2000;

export class ServerClock {
  /** The server's time less the page's running one, ms. @type {number | null} */
  #ahead = null;

  /** @param {() => number} running ms, of a clock that cannot be set @param {() => number} wall ms since 1970, by this device */
  constructor(running = () => performance.now(), wall = () => Date.now()) {
    this.running = running;
    this.wall = wall;
  }

  /** An answer of the server came. @param {string | null} date as HTTP has it */
  hear(date) {
    const at = Date.parse(date ?? "");
    if (Number.isNaN(at)) return;
    const ahead = at - this.running();
    // One that waited on its way, or in the browser's cache, is older than it could be.
    this.#ahead = Math.max(this.#ahead ?? -Infinity, ahead);
  }

  /** @returns {number} ms since 1970; by this device until the server said something */
  now() {
    const wall = this.wall();
    if (this.#ahead === null) return wall;
    const server = this.running() + this.#ahead;
    return Math.abs(server - wall) <= RIGHT_MS ? wall : server;
  }
}

export const serverClock = new ServerClock();
