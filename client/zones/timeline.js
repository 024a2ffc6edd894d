/** Values that can be undone and redone. Pure. */

const LIMIT = 200;

/** @template T */
export class Timeline {
  /** @type {T[]} */
  #past = [];
  /** @type {T[]} */
  #future = [];
  #key = "";

  /** @param {T} present */
  constructor(present) {
    this.present = present;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /**
   * A new value. Steps with the same key in a row, as those of one drag, are undone together.
   * @param {T} next @param {string} [key]
   */
  commit(next, key = "") {
    if (!(key && key === this.#key && this.#past.length)) this.#past.push(this.present);
    if (this.#past.length > LIMIT) this.#past.shift();
    this.#future.length = 0;
    this.#key = key;
    this.present = next;
  }

  /** Steps from now on are undone apart from those before. */
  settle() {
    this.#key = "";
  }

  undo() {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#future.push(this.present);
    this.present = before;
    this.#key = "";
  }

  redo() {
    const after = this.#future.pop();
    if (after === undefined) return;
    this.#past.push(this.present);
    this.present = after;
    this.#key = "";
  }

  /**
   * What came from elsewhere becomes part of every value, before and after; steps that change nothing then are gone.
   * @param {(value: T) => T} change @param {(a: T, b: T) => boolean} same
   */
  rebase(change, same) {
    const kept = (/** @type {T[]} */ steps, /** @type {T} */ end) =>
      steps.map(change).filter((step, i, all) => !same(step, i + 1 < all.length ? all[i + 1] : end));
    this.present = change(this.present);
    this.#past = kept(this.#past, this.present);
    this.#future = kept(this.#future, this.present);
    this.#key = "";
  }

  /** @param {T} present begins a new history */
  reset(present) {
    this.#past.length = this.#future.length = 0;
    this.#key = "";
    this.present = present;
  }
}
