/** Where people were, hour by hour of a day, and the hours added up. Pure. */

/**
 * @typedef {object} HourAnswer as the server says it
 * @property {string} t ISO 8601
 * @property {number} columns
 * @property {number} rows
 * @property {number} max_seconds that 255 stands for
 * @property {string} cells base64
 *
 * @typedef {object} Hour
 * @property {number} start ms since 1970
 * @property {number} columns
 * @property {number} rows
 * @property {Float32Array} values person-seconds, row by row
 * @property {number} seconds of all people together
 *
 * @typedef {{from: Date, to: Date}} Day
 */

const HOUR_MS = 3_600_000;

/** @param {string} date of an `<input type=date>` @returns {Day | null} by the device's clock, which has days of 23 and 25 hours */
export function dayOf(date) {
  const [year, month, day] = date.split("-").map(Number);
  const from = new Date(year, month - 1, day);
  return Number.isNaN(from.getTime()) ? null : { from, to: new Date(year, month - 1, day + 1) };
}

/** @param {Day} day @returns {number[]} the hours that are kept and begin in it, ms since 1970; where clocks differ by half hours, at half past */
export function hoursOf({ from, to }) {
  const hours = [];
  for (let at = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS; at < to.getTime(); at += HOUR_MS) hours.push(at);
  return hours;
}

/** @param {HourAnswer} answer @returns {Hour} */
export function decodeHour({ t, columns, rows, max_seconds: most, cells }) {
  const text = atob(cells);
  const values = Float32Array.from({ length: columns * rows }, (_, at) => (text.charCodeAt(at) * most) / 255);
  return { start: Date.parse(t), columns, rows, values, seconds: values.reduce((sum, value) => sum + value, 0) };
}

/**
 * Hours added up. A camera that was turned has grids of two shapes, which mean other places: the one with more people counts.
 * @param {readonly Hour[]} hours @returns {import("../live/protocol.js").Heatmap | null} null without anybody
 */
export function summed(hours) {
  /** @type {Map<string, Hour[]>} */
  const shapes = new Map();
  for (const hour of hours) shapes.set(`${hour.columns}×${hour.rows}`, [...(shapes.get(`${hour.columns}×${hour.rows}`) ?? []), hour]);
  const weight = (/** @type {Hour[]} */ group) => group.reduce((sum, { seconds }) => sum + seconds, 0);
  const [most] = [...shapes.values()].sort((a, b) => weight(b) - weight(a));
  if (!most || weight(most) === 0) return null;
  const [{ columns, rows }] = most;
  const total = new Float32Array(columns * rows);
  for (const { values } of most) values.forEach((value, at) => (total[at] += value));
  const top = total.reduce((a, b) => Math.max(a, b), 0);
  const cells = Uint8Array.from(total, (value) => Math.round((value / top) * 255));
  return { columns, rows, max_seconds: top, cells: cells.buffer };
}

/** The hours of the answer that begin in this hour of the day. @param {readonly Hour[]} hours @param {number} start ms */
export function within(hours, start) {
  return hours.filter((hour) => hour.start >= start && hour.start < start + HOUR_MS);
}
