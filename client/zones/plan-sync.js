/**
 * Saves what is drawn a moment after each change, one request at a time, and says how that stands. What others stored
 * meanwhile is brought together with it; only a shape that both changed waits for a choice.
 */
import { compare } from "./merge.js";
import { EMPTY_PLAN } from "./shape.js";

/**
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./merge.js").Changes} Changes
 * @typedef {import("./merge.js").Conflict} Conflict
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
  /** @type {readonly Conflict[]} */
  conflicts = [];
  #version = 0;
  /** @type {Plan} as it is stored, as far as it is known */
  #base = EMPTY_PLAN;
  /** @type {Plan | null} newest that is not stored */
  #open = null;
  /** @type {Plan | null} sent without an answer: it may be stored, and then is nobody else's */
  #doubtful = null;
  #busy = false;
  #held = false;
  #missed = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /** @param {Shelf} shelf @param {() => void} changed @param {(changes: Changes, aspect?: number) => Plan} receive takes over what others changed, answers with all there is then */
  constructor(shelf, changed, receive) {
    this.shelf = shelf;
    this.changed = changed;
    this.receive = receive;
  }

  /** What is not stored yet, with the version it was made from. @returns {Stored | null} */
  get unsaved() {
    return this.#open && { version: this.#version, plan: this.#open };
  }

  /** @returns {Promise<Plan>} the stored plan, to begin with */
  async load() {
    const { version, plan } = await this.shelf.get();
    this.#version = version;
    this.#base = plan;
    this.#tell("saved");
    return plan;
  }

  /** Takes over what somebody else stored meanwhile, unless something of one's own is on its way: that will meet it. */
  async peek() {
    if (this.#held) this.#missed = true;
    if (this.state !== "saved" || this.#held) return;
    const stored = await this.shelf.get();
    if (this.state === "saved" && !this.#held && stored.version !== this.#version) this.#meet(stored);
  }

  /** @param {Plan} plan */
  take(plan) {
    this.#open = plan;
    if (this.state === "conflict") return this.changed();
    this.#failures = 0;
    this.#tell(this.#busy ? "saving" : "waiting");
    this.#later(REST_MS);
  }

  /** While a shape is being dragged its places on the way are not saved, and nothing else moves. @param {boolean} held @returns {boolean} whether to `peek` now */
  hold(held) {
    const missed = this.#missed && !held;
    this.#held = held;
    this.#missed = false;
    if (held) clearTimeout(this.#timer);
    else if (this.#open && this.state !== "conflict") this.#later(REST_MS);
    return missed;
  }

  /** Now, without waiting for more changes. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#busy || this.#held || !this.#open || this.state === "conflict") return;
    const sent = this.#open;
    this.#busy = true;
    this.#tell("saving");
    try {
      await this.#send(sent);
    } catch (error) {
      this.#failed(/** @type {Failure} */ (error));
    } finally {
      this.#busy = false;
    }
    if (this.#open && this.state === "waiting") this.#later(REST_MS);
  }

  /** What to do about one conflict is decided, and done in the plan. @param {string} id @returns {Promise<void>} */
  async settle(id) {
    this.conflicts = this.conflicts.filter((conflict) => conflict.id !== id);
    if (this.conflicts.length) return this.changed();
    this.#tell("waiting");
    await this.flush();
  }

  /** @param {Plan} sent */
  async #send(sent) {
    try {
      const { version, plan } = await this.shelf.put({ version: this.#version, plan: sent });
      this.#version = version;
      this.#base = plan;
      this.#doubtful = null;
      this.#failures = 0;
      if (this.#open === sent) this.#open = null;
      this.#tell(this.#open ? "waiting" : "saved");
    } catch (error) {
      const { code, status } = /** @type {Failure} */ (error);
      if (status === 0 || status >= 500) this.#doubtful = sent;
      if (code !== "PLAN_CHANGED") throw error;
      const stored = await this.shelf.get();
      // What is held would move in the hand; it is asked for again after that.
      if (this.#held) this.#tell("waiting");
      else this.#meet(stored);
    }
  }

  /** Brings one's own and theirs together. @param {Stored} stored theirs */
  #meet({ version, plan }) {
    const mine = this.#open ?? this.#base;
    const { changes, conflicts } = compare(this.#base, mine, plan);
    const foreign = this.#doubtful ? new Set(compare(this.#doubtful, mine, plan).conflicts.map(({ id }) => id)) : null;
    this.#doubtful = null;
    this.#version = version;
    const moved = plan.aspect !== this.#base.aspect ? (plan.aspect ?? undefined) : undefined;
    this.#base = plan;
    const both = this.receive(changes, moved);
    if (this.#open) this.#open = both;
    this.conflicts = conflicts.filter(({ id }) => foreign?.has(id) ?? true);
    this.#tell(this.conflicts.length ? "conflict" : this.#open ? "waiting" : "saved");
  }

  /** @param {Failure} error */
  #failed({ status, code, message }) {
    this.#tell("failed", message, code);
    // What the server refuses it would refuse again; what did not reach it may get through later.
    if (status !== 0 && status < 500 && status !== 429) return;
    this.#later(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
    this.#failures += 1;
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    if (!this.#held) this.#timer = setTimeout(() => void this.flush(), ms);
  }

  /** @param {SaveState} state @param {string} [message] @param {string} [code] */
  #tell(state, message = "", code = "") {
    this.state = state;
    this.message = message;
    this.code = code;
    this.changed();
  }
}
