/** What of a file comes next and what is missing, for one that plays. Times are seconds from its first picture. */
import { endedEarlyText, shortfallText, skippedText } from "../capture/incomplete.js";

/** @typedef {import("../capture/recording.js").Recording} Recording */

/** Without an index, this far behind a part that cannot be played. */
const STEP_S = 1;
/** What is not found out by then is said less exactly. */
const PATIENCE_MS = 2000;

/** @template T @param {Promise<T>} promise @returns {Promise<T | null>} */
function inTime(promise) {
  return Promise.race([promise, new Promise((/** @type {(late: null) => void} */ resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
}

export class FileIndex {
  /** @type {Promise<{recording: Recording, first: number} | null> | null} */
  #opening = null;
  #released = false;

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  release() {
    this.#released = true;
    void this.#opening?.then((open) => open?.recording.release());
  }

  /** Whether lines of a picture may be from two moments; false where that is not known. @returns {Promise<boolean>} */
  async interlaced() {
    return (await this.#open())?.recording.interlaced ?? false;
  }

  /** When the picture after this one is shown. @param {number} s @returns {Promise<number | null | undefined>} null where there is none, undefined where that is not known */
  async nextPicture(s) {
    const open = await this.#open();
    if (!open) return undefined;
    const next = await open.recording.nextPicture(open.first + s);
    return next === null ? null : next - open.first;
  }

  /** Where playing may begin behind a part that cannot be played. @param {number} s @param {number} lengthS of the file @returns {Promise<number | null>} null where nothing is left */
  async nextStart(s, lengthS) {
    const open = await this.#open();
    if (!open) return s + STEP_S < lengthS ? s + STEP_S : null;
    const next = await open.recording.nextKey(open.first + s);
    return next === null ? null : next - open.first;
  }

  /** @param {number} shownS newest picture that was shown @param {number} lengthS what the file said @returns {Promise<string>} what is missing at its end, in words */
  async missing(shownS, lengthS) {
    const shortfall = await inTime(this.#shortfall(shownS));
    return shortfall ? shortfallText(shortfall) : endedEarlyText(shownS * 1000, lengthS * 1000);
  }

  /** @param {number} s */
  skipped(s) {
    return skippedText(s * 1000);
  }

  /** @param {number} shownS @returns {Promise<import("../capture/incomplete.js").Shortfall | null>} */
  async #shortfall(shownS) {
    const open = await this.#open();
    if (!open) return null;
    const expected = (await open.recording.expected()).count;
    const read = await open.recording.present(open.first + shownS);
    return read < expected ? { read, expected, early: true } : null;
  }

  /** @returns {Promise<{recording: Recording, first: number} | null>} */
  #open() {
    this.#opening ??= import("../capture/recording.js").then(async ({ Recording }) => {
      const recording = await Recording.open(this.file);
      const first = recording && (await recording.first());
      if (recording && first !== null && !this.#released) return { recording, first };
      recording?.release();
      return null;
    });
    return this.#opening;
  }
}
