/** How full each zone was over time: one history for each, brought together for a chart. Pure. */
import { History } from "../core/history.js";

/**
 * @typedef {import("../core/history.js").Range} Range
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 *
 * @typedef {object} Aligned
 * @property {number[]} t seconds
 * @property {(number | null | undefined)[][]} values one row for each zone, in the order asked for; null breaks its
 *   line, undefined is a time that only others have
 */

export class Trends {
  /** @type {Map<string, History>} */
  #histories = new Map();
  #last = -1;

  /** @param {number} t ms @param {readonly ZoneResult[]} zones */
  add(t, zones) {
    // A stream that began anew has nothing to do with the one before.
    if (t < this.#last) this.#histories.clear();
    this.#last = t;
    for (const { id, occupancy } of zones) this.of(id).add(t, occupancy);
  }

  clear() {
    this.#histories.clear();
    this.#last = -1;
  }

  get lastT() {
    return Math.max(0, this.#last);
  }

  /** @param {string} id */
  of(id) {
    let history = this.#histories.get(id);
    if (!history) this.#histories.set(id, (history = new History()));
    return history;
  }

  /** @param {readonly string[]} ids @param {Range} range @returns {Aligned} */
  aligned(ids, range) {
    const histories = ids.map((id) => this.of(id));
    // One that began later has finer steps, whose times would meet none of the others'.
    const width = Math.max(...histories.map((history) => history.width(range)));
    const curves = histories.map((history) => history.curve(range, width));
    const t = [...new Set(curves.flatMap((curve) => curve.t))].sort((a, b) => a - b);
    const place = new Map(t.map((at, index) => [at, index]));
    const values = curves.map((curve) => {
      const row = /** @type {(number | null | undefined)[]} */ (new Array(t.length).fill(undefined));
      curve.t.forEach((at, i) => (row[/** @type {number} */ (place.get(at))] = curve.average[i]));
      return row;
    });
    return { t, values };
  }

  /** The same in at most `rows` rows. @param {readonly string[]} ids @param {Range} range @param {number} rows @returns {{start: number, most: (number | null)[]}[]} newest first */
  table(ids, range, rows) {
    const histories = ids.map((id) => this.of(id));
    const since = Math.min(...histories.flatMap((history) => history.buckets(range).slice(0, 1)).map(({ start }) => start));
    const tables = histories.map((history) => history.table(range, rows, since));
    const starts = [...new Set(tables.flatMap((table) => table.map(({ start }) => start)))].sort((a, b) => b - a).slice(0, rows);
    return starts.map((start) => ({ start, most: tables.map((table) => table.find((bucket) => bucket.start === start)?.high ?? null) }));
  }

  /** Every bucket that is known. @param {readonly {id: string, name: string}[]} zones @param {Range} range @returns {(string | number)[][]} a head, then rows */
  rows(zones, range) {
    const head = ["seconds", "zone", "least", "average", "most"];
    const body = zones.flatMap(({ id, name }) => this.of(id).rows(range).slice(1).map(([seconds, ...figures]) => [seconds, name, ...figures]));
    return [head, ...body];
  }
}

/** A small line: the newest minute or ten, from left to right. @param {readonly number[]} t @param {readonly (number | null)[]} values @param {number} top @param {number} width @param {number} height @returns {string} path data */
export function sparkPath(t, values, top, width, height) {
  if (t.length < 2) return "";
  const [from, to] = [t[0], t[t.length - 1]];
  let pen = "M";
  let path = "";
  values.forEach((value, i) => {
    if (value === null) {
      pen = "M";
      return;
    }
    const x = ((t[i] - from) / Math.max(to - from, 1e-9)) * width;
    path += `${pen}${x.toFixed(1)} ${(height - (Math.min(value, top) / Math.max(top, 1)) * height).toFixed(1)}`;
    pen = "L";
  });
  return path;
}
