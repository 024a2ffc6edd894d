/**
 * The stream of a page that may be thrown away: behind a lock or another app phones do that to pages, and load them
 * again on return. It is kept for this tab alone.
 */

/**
 * @typedef {object} Kept
 * @property {string} camera id
 * @property {string} stream id
 * @property {number} t ms, capture time of the last frame that was sent
 * @property {number} at Unix ms, when that was written down
 */

const KEY = "crowdcount.stream";
/** Younger than this, it is that of a page that goes on: the tab was copied. Frames may have left since, too. */
const GAP_MS = 3000;

/** @param {Kept} kept */
export function keepStream(kept) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Where storage is forbidden, a page that comes back begins a new stream.
  }
}

export function dropStream() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}

/** @param {string} camera id @param {number} wallMs Unix ms @returns {Kept | null} its stream, if a page was thrown away with it */
export function keptStream(camera, wallMs) {
  try {
    /** @type {Kept | null} */
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return kept && kept.camera === camera && Math.abs(wallMs - kept.at) >= GAP_MS ? kept : null;
  } catch {
    return null;
  }
}

/** What the time of the stream is now: later than any of its frames, also where the clock was set back. @param {Kept} kept @param {number} wallMs Unix ms @returns {number} ms */
export function timeAfter({ t, at }, wallMs) {
  return t + Math.max(wallMs - at, GAP_MS);
}
