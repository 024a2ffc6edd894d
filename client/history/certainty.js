/** Which number of people a stretch of time shows, and how sure it is. Pure. */

/**
 * @typedef {import("./digest.js").HistoryPoint} HistoryPoint
 *
 * @typedef {object} Stretch
 * @property {number} from ms since 1970
 * @property {number} to
 * @property {number} unknownS how much of it was unknown
 */

/** A stretch is drawn as unknown where this part of it was. */
const MARKED = 0.2;
/** Its number says nothing where this part of it was unknown. */
const UNKNOWN = 0.5;
/** Seconds of unknown time, in short pieces, that are worth a word. */
const WORTH_S = 10;

/** Mean number of people: the estimate where it was crowded; null where nothing is known. @param {HistoryPoint} point */
export function meanOf({ estimate, mean }) {
  return estimate ?? mean;
}

/** The largest number of people. @param {HistoryPoint} point */
export function mostOf({ estimate_max: estimate, max }) {
  return estimate ?? max;
}

/** How much of what was looked at was unknown, 0 to 1. @param {HistoryPoint} point */
function unknownShare({ mean, seconds, unknown_s: unknown }) {
  if (mean === null) return 1;
  return unknown > 0 ? unknown / Math.max(seconds, unknown) : 0;
}

/** Whether its number of people says nothing. @param {HistoryPoint} point */
export function isUnknown(point) {
  return unknownShare(point) >= UNKNOWN;
}

/** Whether it is drawn as unknown. @param {HistoryPoint} point */
export function isMarked(point) {
  return unknownShare(point) >= MARKED;
}

/** Whether unknown time is worth a word. @param {readonly HistoryPoint[]} points */
export function worthSaying(points) {
  return points.some(isMarked) || points.reduce((sum, { unknown_s: unknown }) => sum + unknown, 0) >= WORTH_S;
}

/**
 * When the number of people was unknown, whatever series shows it; stretches that follow each other are one.
 * @param {readonly {points: readonly HistoryPoint[]}[]} series @param {number} stepS length of each point @returns {Stretch[]} by time
 */
export function unknownStretches(series, stepS) {
  /** @type {Map<number, number>} */
  const longest = new Map();
  for (const point of series.flatMap(({ points }) => points.filter(isMarked))) {
    const at = Date.parse(point.t);
    longest.set(at, Math.max(longest.get(at) ?? 0, point.unknown_s));
  }
  /** @type {Stretch[]} */
  const found = [];
  for (const [from, unknownS] of [...longest].sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last && last.to === from) [last.to, last.unknownS] = [from + stepS * 1000, last.unknownS + unknownS];
    else found.push({ from, to: from + stepS * 1000, unknownS });
  }
  return found;
}
