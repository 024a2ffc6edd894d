/** The edit list of an MP4 or QuickTime file: which part of a track is shown. Pure, but for reading the file. */

/** Tables of a day of video are smaller. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Boxes beside each other at most, so that rubbish ends. */
const MOST_BOXES = 100_000;

/** @typedef {{type: string, start: number, end: number}} Box content, without its head */

/** @param {DataView} view @param {number} at @param {number} end @returns {Box | null} */
function boxAt(view, at, end) {
  if (at + 8 > end) return null;
  const type = String.fromCharCode(...[4, 5, 6, 7].map((place) => view.getUint8(at + place)));
  const short = view.getUint32(at);
  if (short === 1 && at + 16 > end) return null;
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short || end - at;
  const head = short === 1 ? 16 : 8;
  return size < head ? null : { type, start: at + head, end: at + size };
}

/** @param {DataView} view @param {Box} parent @returns {Box[]} those that lie in it entirely */
function children(view, { start, end }) {
  /** @type {Box[]} */
  const found = [];
  for (let at = start; found.length < MOST_BOXES; ) {
    const box = boxAt(view, at, end);
    if (!box || box.end > end) return found;
    found.push(box);
    at = box.end;
  }
  return found;
}

/** @param {DataView} view @param {Box | undefined} parent @param {string[]} path @returns {Box | undefined} */
function descend(view, parent, ...path) {
  return path.reduce((/** @type {Box | undefined} */ box, type) => box && children(view, box).find((child) => child.type === type), parent);
}

/** A number behind two times, which are longer in version 1. @param {DataView} view @param {Box | undefined} box */
function afterTimes(view, box) {
  if (!box || box.end - box.start < 24) return null;
  return view.getUint32(box.start + (view.getUint8(box.start) === 1 ? 20 : 12));
}

/** @param {DataView} view @param {Box} list @returns {{duration: number, mediaTime: number}[]} */
function entries(view, { start, end }) {
  const long = view.getUint8(start) === 1;
  const size = long ? 20 : 12;
  const count = Math.min(view.getUint32(start + 4), Math.floor((end - start - 8) / size));
  return Array.from({ length: count }, (_, index) => {
    const at = start + 8 + index * size;
    if (long) return { duration: Number(view.getBigUint64(at)), mediaTime: Number(view.getBigInt64(at + 8)) };
    return { duration: view.getUint32(at), mediaTime: view.getInt32(at + 4) };
  });
}

/**
 * When the shown part of a track ends.
 * @param {DataView} view content of the box `moov` @param {number} track id
 * @returns {number | null} seconds after the beginning; Infinity where the list does not say, null without a list
 */
export function shownUntil(view, track) {
  const moov = { type: "moov", start: 0, end: view.byteLength };
  const trak = children(view, moov).find((box) => box.type === "trak" && afterTimes(view, descend(view, box, "tkhd")) === track);
  const list = descend(view, trak, "edts", "elst");
  const scale = afterTimes(view, descend(view, moov, "mvhd"));
  if (!list || list.end - list.start < 8 || !scale) return null;
  const edits = entries(view, list);
  const shown = edits.filter(({ mediaTime }) => mediaTime >= 0);
  if (!shown.length) return null;
  // Of several parts the demuxer takes the beginning of the first, and all that follows.
  if (shown.length > 1 || shown[0].duration === 0) return Infinity;
  return edits.reduce((sum, { duration }) => sum + duration, 0) / scale;
}

/** @param {Blob} file @returns {Promise<DataView | null>} content of its box `moov` */
export async function readMoov(file) {
  let at = 0;
  for (let seen = 0; at < file.size && seen < MOST_BOXES; seen += 1) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    const box = boxAt(head, 0, head.byteLength);
    if (!box) return null;
    const end = head.getUint32(0) === 0 ? file.size : at + box.end;
    if (box.type === "moov") return end - at > MOST_BYTES ? null : new DataView(await file.slice(at + box.start, end).arrayBuffer());
    at = end;
  }
  return null;
}
