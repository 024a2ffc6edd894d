/** Every frame of a file, exactly and in order, with its own time: taken apart and decoded without playing it. */
import { Recording } from "./recording.js";

/** What is missing before the last so many seconds was not cut off. */
const END_S = 0.5;

/**
 * @typedef {object} Steps
 * @property {number} total frames that the file should have
 * @property {AsyncGenerator<{bitmap: ImageBitmap, t: number}>} frames t: ms since the first one
 * @property {() => import("./incomplete.js").Shortfall | null} shortfall what was missing, once all were given; null where nothing was
 * @property {() => void} release
 */

/**
 * @param {File} file
 * @param {number} side longer side of the pictures in pixels at most
 * @returns {Promise<Steps | null>} null where this browser cannot decode the file
 */
export async function openSteps(file, side) {
  if (typeof VideoDecoder === "undefined") return null;
  const recording = await Recording.open(file);
  if (!recording) return null;
  try {
    if (await recording.canDecode()) return await steps(recording, side);
  } catch (error) {
    console.warn("The file cannot be taken apart:", error);
  }
  recording.release();
  return null;
}

/** @param {Recording} recording @param {number} side @returns {Promise<Steps>} */
async function steps(recording, side) {
  const { count, last } = await recording.expected();
  let [read, reached] = [0, 0];
  /** @returns {Steps["frames"]} */
  async function* walk() {
    /** @type {number | null} */
    let first = null;
    let before = 0;
    for await (const { canvas, timestamp } of recording.pictures(side)) {
      // A picture that begins before the part that is shown is shown at its beginning.
      reached = Math.max(timestamp, recording.from);
      first ??= reached;
      // Times in a stream never fall.
      before = Math.max(before, (reached - first) * 1000);
      read += 1;
      yield { bitmap: await createImageBitmap(canvas), t: before };
    }
  }
  return {
    total: count,
    frames: walk(),
    shortfall: () => (read < count ? { read, expected: count, early: last - reached > END_S } : null),
    release: () => recording.release(),
  };
}
