/** Saves what is drawn a moment after each change, one request at a time, and says how that stands. */

/**
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {"loading" | "saved" | "waiting" | "saving" | "failed" | "conflict"} SaveState
 * @typedef {{version: number, plan: Plan}} Stored
 *
 * @typedef {object} Shelf where plans are kept
 * @property {() => Promise<Stored>} get
 * @property {(stored: Stored) => Promise<Stored>} put
 *
 * @typedef {object} Failure
 * @property {number} status 0 when the server was not reached
 * @property {string} code
 * @property {string} message
 */

const REST_MS = 700;
const RETRY_MS = [1500, 4000, 10000];

export class Saver {
  /** @type {SaveState} */
  state = "loading";
  message = "";
  code = "";
  #version = 0;
  /** @type {Plan | null} newest that is not stored */
  #open = null;
  #busy = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /** @param {Shelf} shelf @param {() => void} changed */
  constructor(shelf, changed) {
    this.shelf = shelf;
    this.changed = changed;
  }

  /** Whether leaving now would lose something. */
  get isOpen() {
    return this.#open !== null;
  }

  /** What is not stored yet, with the version it was made from. @returns {Stored | null} */
  get unsaved() {
    return this.#open && { version: this.#version, plan: this.#open };
  }

  /** @returns {Promise<Plan>} the stored plan; what was not saved is given up */
  async load() {
    clearTimeout(this.#timer);
    const stored = await this.shelf.get();
    this.#open = null;
    this.#version = stored.version;
    this.#tell("saved");
    return stored.plan;
  }

  /** What somebody else stored meanwhile; never over changes of one's own. @returns {Promise<Plan | null>} null when there is nothing new */
  async peek() {
    if (this.state !== "saved") return null;
    const stored = await this.shelf.get();
    if (this.state !== "saved" || stored.version === this.#version) return null;
    this.#version = stored.version;
    return stored.plan;
  }

  /** @param {Plan} plan */
  take(plan) {
    this.#open = plan;
    if (this.state === "conflict") return this.changed();
    this.#failures = 0;
    this.#tell(this.#busy ? "saving" : "waiting");
    this.#later(REST_MS);
  }

  /** Now, without waiting for more changes. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#busy || !this.#open || this.state === "conflict") return;
    const sent = this.#open;
    this.#busy = true;
    this.#tell("saving");
    try {
      const { version } = await this.shelf.put({ version: this.#version, plan: sent });
      this.#version = version;
      this.#failures = 0;
      if (this.#open === sent) this.#open = null;
      this.#tell(this.#open ? "waiting" : "saved");
    } catch (error) {
      this.#failed(/** @type {Failure} */ (error));
    } finally {
      this.#busy = false;
    }
    if (this.#open && this.state === "waiting") this.#later(REST_MS);
  }

  /** Store one's own over the newer one of somebody else. */
  async insist() {
    try {
      this.#version = (await this.shelf.get()).version;
    } catch (error) {
      return this.#failed(/** @type {Failure} */ (error));
    }
    this.#tell("waiting");
    await this.flush();
  }

  /** @param {Failure} error */
  #failed({ status, code, message }) {
    if (code === "PLAN_CHANGED") return this.#tell("conflict", message, code);
    this.#tell("failed", message, code);
    // What the server refuses it would refuse again; what did not reach it may get through later.
    if (status !== 0 && status < 500 && status !== 429) return;
    this.#later(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
    this.#failures += 1;
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), ms);
  }

  /** @param {SaveState} state @param {string} [message] @param {string} [code] */
  #tell(state, message = "", code = "") {
    this.state = state;
    this.message = message;
    this.code = code;
    this.changed();
  }
}
