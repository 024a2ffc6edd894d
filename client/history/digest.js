/** What a stretch of time came to, for one zone or the whole picture. Pure. */
import { isUnknown, meanOf, mostOf, worthSaying } from "./certainty.js";

/**
 * @typedef {object} HistoryPoint
 * @property {string} t ISO 8601
 * @property {number} seconds that were observed
 * @property {number | null} min of boxed people, as the next three; null where nothing is known
 * @property {number | null} mean
 * @property {number | null} max
 * @property {number | null} last
 * @property {number | null} entries null where people could not be followed, as the next three
 * @property {number | null} exits
 * @property {number | null} visits
 * @property {number | null} dwell_mean_s
 * @property {number | null} estimate mean number of people; null where it was never crowded, and then `mean`
 * @property {number | null} estimate_max
 * @property {number} crowded_s how long people were estimated
 * @property {number} unknown_s how long their number was unknown
 * @property {number} [unfollowed_s] how long frames were too far apart to follow people
 *
 * @typedef {object} Series
 * @property {{id: string, name: string} | null} zone null: the whole picture
 * @property {HistoryPoint[]} points
 *
 * @typedef {object} Digest
 * @property {number | null} average over the time in which it was known
 * @property {number} peak
 * @property {boolean} peakEstimated
 * @property {string | null} peakAt
 * @property {number | null} entries null where people could not be followed, and where it was crowded or unknown all the time
 * @property {number | null} exits
 * @property {number} unfollowedS how long frames were too far apart to follow people
 * @property {number | null} dwellS mean of the visits that ended
 * @property {{start: number, average: number, estimated: boolean} | null} busiest hour, ms since 1970
 * @property {number} estimatedS how long people were estimated
 * @property {number} unknownS how long their number was unknown
 * @property {boolean} partlyUnknown whether that is long enough to be said
 */

const HOUR_MS = 3_600_000;
/** Of the hour that was observed longest: a moment before the hour was over is not compared to whole hours. */
const ENOUGH = 0.25;

/**
 * Where the hour of a point begins by the reader's clock, which has one hour twice in autumn. A point of an hour is one
 * itself, also where clocks differ by half hours.
 * @param {number} at ms @param {number} stepS
 */
function hourOf(at, stepS) {
  const date = new Date(at);
  return stepS * 1000 >= HOUR_MS ? at : at - (date.getMinutes() * 60 + date.getSeconds()) * 1000 - date.getMilliseconds();
}

/** @param {readonly HistoryPoint[]} points @param {number} stepS */
function busiestHour(points, stepS) {
  /** @type {Map<number, {sum: number, seconds: number, estimated: boolean}>} */
  const hours = new Map();
  for (const point of points.filter((one) => !isUnknown(one))) {
    const start = hourOf(Date.parse(point.t), stepS);
    const hour = hours.get(start) ?? { sum: 0, seconds: 0, estimated: false };
    const sum = hour.sum + (meanOf(point) ?? 0) * point.seconds;
    hours.set(start, { sum, seconds: hour.seconds + point.seconds, estimated: hour.estimated || point.crowded_s > 0 });
  }
  const enough = ENOUGH * Math.max(0, ...[...hours.values()].map(({ seconds }) => seconds));
  /** @type {Digest["busiest"]} */
  let best = null;
  for (const [start, { sum, seconds, estimated }] of hours) {
    const average = seconds && seconds >= enough ? sum / seconds : 0;
    if (average > 0 && (!best || average > best.average)) best = { start, average, estimated };
  }
  return best;
}

/** @param {readonly HistoryPoint[]} points @param {number} stepS length of each @returns {Digest} */
export function digest(points, stepS) {
  const total = { seconds: 0, people: 0, entries: 0, exits: 0, visits: 0, dwell: 0, estimated: 0, unknown: 0, unfollowed: 0 };
  const followed = points.length === 0 || points.some(({ entries }) => entries !== null);
  let [peak, peakEstimated] = [0, false];
  /** @type {string | null} */
  let peakAt = null;
  for (const point of points) {
    if (!isUnknown(point)) {
      total.seconds += point.seconds;
      total.people += (meanOf(point) ?? 0) * point.seconds;
    }
    total.estimated += point.crowded_s;
    total.unknown += point.unknown_s;
    total.unfollowed += point.unfollowed_s ?? 0;
    total.entries += point.entries ?? 0;
    total.exits += point.exits ?? 0;
    total.visits += point.visits ?? 0;
    total.dwell += (point.dwell_mean_s ?? 0) * (point.visits ?? 0);
    const most = mostOf(point) ?? 0;
    if (most > peak) [peak, peakAt, peakEstimated] = [most, point.t, most > (point.max ?? 0)];
  }
  // A crowd hides arrivals and departures: a 0 says nothing there.
  const blind = total.estimated + total.unknown > 0 && total.seconds - total.estimated < 1 && total.entries + total.exits === 0;
  const moved = followed && !blind;
  return {
    average: total.seconds ? total.people / total.seconds : null,
    peak,
    peakAt,
    peakEstimated,
    entries: moved ? total.entries : null,
    exits: moved ? total.exits : null,
    unfollowedS: total.unfollowed,
    dwellS: total.visits ? total.dwell / total.visits : null,
    busiest: busiestHour(points, stepS),
    estimatedS: total.estimated,
    unknownS: total.unknown,
    partlyUnknown: worthSaying(points),
  };
}

/** What is drawn of a point; null where it is not known. @param {HistoryPoint} point @param {"mean" | "max" | "entries"} figure */
function drawn(point, figure) {
  if (isUnknown(point)) return null;
  return figure === "entries" ? point.entries : figure === "max" ? mostOf(point) : meanOf(point);
}

/**
 * One axis for all series; where nothing was observed for longer than two steps, or the number is unknown, the line breaks.
 * @param {readonly Series[]} series @param {"mean" | "max" | "entries"} figure @param {number} stepS
 * @returns {{t: number[], values: (number | null)[][]}} t in seconds since 1970
 */
export function aligned(series, figure, stepS) {
  const times = new Set(series.flatMap(({ points }) => points.map(({ t }) => Date.parse(t) / 1000)));
  const sorted = [...times].sort((a, b) => a - b);
  const t = sorted.flatMap((at, i) => (i > 0 && at - sorted[i - 1] > 2 * stepS ? [sorted[i - 1] + stepS, at] : [at]));
  const place = new Map(t.map((at, i) => [at, i]));
  const values = series.map(({ points }) => {
    const row = /** @type {(number | null)[]} */ (new Array(t.length).fill(null));
    for (const point of points) row[/** @type {number} */ (place.get(Date.parse(point.t) / 1000))] = drawn(point, figure);
    return row;
  });
  return { t, values };
}

export { HOUR_MS };
