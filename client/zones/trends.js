/** How full each zone was over time: one history for each, brought together for a chart. Pure. */
import { History, kindOf } from "../core/history.js";
import { peopleOfZone } from "./figures.js";

/**
 * @typedef {import("../core/history.js").Range} Range
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 *
 * @typedef {object} Aligned
 * @property {number[]} t seconds
 * @property {(number | null | undefined)[][]} values one row for each zone, in the order asked for; null breaks its
 *   line, undefined is a time that only others have
 * @property {(import("../core/history.js").Kind | null)[]} kind estimated or unknown where any zone is
 */

const RANK = { counted: 0, estimated: 1, unknown: 2 };

export class Trends {
  /** @type {Map<string, History>} */
  #histories = new Map();
  #last = -1;

  /** @param {number} t ms @param {readonly ZoneResult[]} zones @param {boolean} [known] whether anything can be said of the frame */
  add(t, zones, known = true) {
    // A stream that restarted has nothing to do with the one before.
    if (t < this.#last) this.#histories.clear();
    this.#last = t;
    for (const zone of zones) this.of(zone.id).add(t, peopleOfZone(zone, known));
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
    const kind = /** @type {Aligned["kind"]} */ (new Array(t.length).fill(null));
    for (const curve of curves) {
      curve.kind.forEach((of, i) => {
        const at = /** @type {number} */ (place.get(curve.t[i]));
        if (of && RANK[of] > RANK[kind[at] ?? "counted"]) kind[at] = of;
      });
    }
    return { t, values, kind };
  }

  /** The same in at most `rows` rows. @param {readonly string[]} ids @param {Range} range @param {number} rows @returns {{start: number, most: ({people: number, estimated: boolean} | null)[]}[]} newest first */
  table(ids, range, rows) {
    const histories = ids.map((id) => this.of(id));
    const since = Math.min(...histories.flatMap((history) => history.buckets(range).slice(0, 1)).map(({ start }) => start));
    const tables = histories.map((history) => history.table(range, rows, since));
    const starts = [...new Set(tables.flatMap((table) => table.map(({ start }) => start)))].sort((a, b) => b - a).slice(0, rows);
    const most = (/** @type {import("../core/history.js").Bucket | undefined} */ bucket) => (bucket && kindOf(bucket) !== "unknown" ? { people: bucket.high, estimated: bucket.estimated > 0 } : null);
    return starts.map((start) => ({ start, most: tables.map((table) => most(table.find((bucket) => bucket.start === start))) }));
  }

  /** Every bucket that is known. @param {readonly {id: string, name: string}[]} zones @param {Range} range @returns {(string | number | null)[][]} a head, then rows */
  rows(zones, range) {
    const head = ["seconds", "zone", "least", "average", "most", "state", "range_low", "range_high"];
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
