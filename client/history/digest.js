/** What a stretch of time came to, for one zone or the whole picture. Pure. */

/**
 * @typedef {object} HistoryPoint
 * @property {string} t ISO 8601
 * @property {number} seconds that were observed
 * @property {number} min
 * @property {number} mean
 * @property {number} max
 * @property {number} last
 * @property {number} entries
 * @property {number} exits
 * @property {number} visits
 * @property {number | null} dwell_mean_s
 *
 * @typedef {object} Series
 * @property {{id: string, name: string} | null} zone null: the whole picture
 * @property {HistoryPoint[]} points
 *
 * @typedef {object} Digest
 * @property {number | null} average over the observed time
 * @property {number} peak
 * @property {string | null} peakAt
 * @property {number} entries
 * @property {number} exits
 * @property {number | null} dwellS mean of the visits that ended
 * @property {{start: number, average: number} | null} busiest hour, ms since 1970
 */

const HOUR_MS = 3_600_000;

/** Hours begin when the reader's clock says so, also where they begin at half past UTC. @param {number} at ms */
function hourOf(at) {
  const date = new Date(at);
  return date.setMinutes(0, 0, 0);
}

/** @param {readonly HistoryPoint[]} points */
function busiestHour(points) {
  /** @type {Map<number, {sum: number, seconds: number}>} */
  const hours = new Map();
  for (const { t, mean, seconds } of points) {
    const start = hourOf(Date.parse(t));
    const hour = hours.get(start) ?? { sum: 0, seconds: 0 };
    hours.set(start, { sum: hour.sum + mean * seconds, seconds: hour.seconds + seconds });
  }
  /** @type {Digest["busiest"]} */
  let best = null;
  for (const [start, { sum, seconds }] of hours) {
    const average = seconds ? sum / seconds : 0;
    if (average > 0 && (!best || average > best.average)) best = { start, average };
  }
  return best;
}

/** @param {readonly HistoryPoint[]} points @returns {Digest} */
export function digest(points) {
  const total = { seconds: 0, people: 0, entries: 0, exits: 0, visits: 0, dwell: 0 };
  let peak = 0;
  /** @type {string | null} */
  let peakAt = null;
  for (const point of points) {
    total.seconds += point.seconds;
    total.people += point.mean * point.seconds;
    total.entries += point.entries;
    total.exits += point.exits;
    total.visits += point.visits;
    total.dwell += (point.dwell_mean_s ?? 0) * point.visits;
    if (point.max > peak) [peak, peakAt] = [point.max, point.t];
  }
  return {
    average: total.seconds ? total.people / total.seconds : null,
    peak,
    peakAt,
    entries: total.entries,
    exits: total.exits,
    dwellS: total.visits ? total.dwell / total.visits : null,
    busiest: busiestHour(points),
  };
}

/**
 * One axis for all series; where nothing was observed for longer than two steps, the line breaks.
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
    for (const point of points) row[/** @type {number} */ (place.get(Date.parse(point.t) / 1000))] = point[figure];
    return row;
  });
  return { t, values };
}

export { HOUR_MS };
