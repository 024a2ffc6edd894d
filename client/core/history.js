/** The number of people over time, for hours, in bounded memory: three rows of buckets of different width. */
import { figureOf } from "./people.js";

/**
 * @typedef {import("./people.js").People} People
 *
 * @typedef {object} Bucket
 * @property {number} start ms
 * @property {number} low least and most of its frames; Infinity and -Infinity where none is known
 * @property {number} high
 * @property {number} sum
 * @property {number} frames of which the number is known
 * @property {number} estimated how many of these are estimates
 * @property {number} unknown frames of which it is not known
 * @property {number} from the range of the estimates
 * @property {number} to
 *
 * @typedef {"counted" | "estimated" | "unknown"} Kind
 *
 * @typedef {object} Curve
 * @property {number[]} t seconds, middle of each bucket
 * @property {(number | null)[]} average null breaks the line where nothing is known
 * @property {(number | null)[]} low of the frames, and where they are estimates of their ranges
 * @property {(number | null)[]} high
 * @property {(Kind | null)[]} kind null where no frame was
 *
 * @typedef {"60" | "600" | "all"} Range
 */

/** @param {Bucket} into @param {Bucket} from */
function merge(into, from) {
  into.low = Math.min(into.low, from.low);
  into.high = Math.max(into.high, from.high);
  into.sum += from.sum;
  into.frames += from.frames;
  into.estimated += from.estimated;
  into.unknown += from.unknown;
  into.from = Math.min(into.from, from.from);
  into.to = Math.max(into.to, from.to);
}

/** A frame of its own. @param {number} start ms @param {People} people @returns {Bucket} */
function bucketOf(start, people) {
  const value = figureOf(people);
  const nothing = { start, low: Infinity, high: -Infinity, sum: 0, frames: 0, estimated: 0, unknown: 1, from: Infinity, to: -Infinity };
  if (value === null) return nothing;
  const known = { ...nothing, low: value, high: value, sum: value, frames: 1, unknown: 0 };
  return people.state === "estimated" ? { ...known, estimated: 1, from: people.low ?? value, to: people.high ?? value } : known;
}

/** What most of its frames are. @param {Bucket} bucket @returns {Kind} */
export function kindOf({ frames, estimated, unknown }) {
  if (unknown > frames) return "unknown";
  return 2 * estimated >= frames ? "estimated" : "counted";
}

/** The same in wider buckets. @param {readonly Bucket[]} buckets oldest first @param {number} width ms @returns {Bucket[]} */
function widened(buckets, width) {
  /** @type {Bucket[]} */
  const wider = [];
  for (const bucket of buckets) {
    const start = Math.floor(bucket.start / width) * width;
    const last = wider.at(-1);
    if (last && last.start === start) merge(last, bucket);
    else wider.push({ ...bucket, start });
  }
  return wider;
}

class Buckets {
  /** @type {Bucket[]} */
  list = [];

  /** @param {number} width ms of a bucket @param {number} limit of buckets @param {boolean} grows wider rather than forgets */
  constructor(width, limit, grows) {
    this.width = width;
    this.limit = limit;
    this.grows = grows;
  }

  /** @param {number} t ms @param {People} people */
  add(t, people) {
    const start = Math.floor(t / this.width) * this.width;
    const made = bucketOf(start, people);
    const last = this.list.at(-1);
    if (last && last.start === start) merge(last, made);
    else this.list.push(made);
    if (this.list.length <= this.limit) return;
    if (this.grows) this.#widen();
    else this.list.shift();
  }

  #widen() {
    this.width *= 2;
    this.list = widened(this.list, this.width);
  }
}

export class History {
  #rows = {
    60: new Buckets(250, 280, false),
    600: new Buckets(2000, 320, false),
    all: new Buckets(1000, 720, true),
  };
  #last = 0;

  /** @param {number} t ms, never smaller than before @param {People} people */
  add(t, people) {
    this.#last = t;
    for (const row of Object.values(this.#rows)) row.add(t, people);
  }

  clear() {
    this.#last = 0;
    for (const row of Object.values(this.#rows)) row.list.length = 0;
    this.#rows.all.width = 1000;
  }

  /** Time of the last frame, ms. */
  get lastT() {
    return this.#last;
  }

  get isEmpty() {
    return this.#rows.all.list.length === 0;
  }

  /** @param {Range} range @returns {Bucket[]} oldest first */
  buckets(range) {
    const row = this.#rows[range];
    if (range === "all") return row.list;
    const from = this.#last - Number(range) * 1000;
    return row.list.filter((bucket) => bucket.start + row.width >= from);
  }

  /** @param {Range} range @returns {number} ms of a bucket, a power of two times the least */
  width(range) {
    return this.#rows[range].width;
  }

  /** @param {Range} range @param {number} [width] ms of a bucket, at least its own: that of the other curves in a chart @returns {Curve} */
  curve(range, width = this.width(range)) {
    /** @type {Curve} */
    const curve = { t: [], average: [], low: [], high: [], kind: [] };
    let before = -Infinity;
    const buckets = this.buckets(range);
    for (const bucket of width > this.width(range) ? widened(buckets, width) : buckets) {
      // A slow stream has a frame every second or so; only longer silence is a gap.
      if (Number.isFinite(before) && bucket.start - before > Math.max(3000, 2.5 * width)) push(curve, (before + width) / 1000, null);
      push(curve, (bucket.start + width / 2) / 1000, bucket);
      before = bucket.start;
    }
    return curve;
  }

  /** Every bucket, as a table with a head; what is not known stays empty. @param {Range} range @returns {(string | number | null)[][]} */
  rows(range) {
    const body = this.buckets(range).map((bucket) => {
      const { start, low, high, sum, frames, estimated, from, to } = bucket;
      const kind = kindOf(bucket);
      // A few frames that are known do not speak for a bucket that is not, here as in the chart.
      const known = kind !== "unknown";
      const figures = known ? [low, Math.round((sum / frames) * 1000) / 1000, high] : [null, null, null];
      return [start / 1000, ...figures, kind, ...(known && estimated ? [from, to] : [null, null])];
    });
    return [["seconds", "least", "average", "most", "state", "range_low", "range_high"], ...body];
  }

  /** The same figures in at most `rows` rows. @param {Range} range @param {number} rows @param {number} [since] ms, where the rows of all that are compared begin @returns {Bucket[]} newest first */
  table(range, rows, since) {
    const buckets = this.buckets(range);
    if (!buckets.length) return [];
    const span = this.#last - (since ?? buckets[0].start) + 1;
    const width = [1000, 5000, 10000, 30000, 60000, 300000, 600000, 1800000].find((ms) => span / ms <= rows - 1) ?? 3600000;
    return widened(buckets, width).reverse();
  }
}

/** @param {Curve} curve @param {number} t seconds @param {Bucket | null} bucket */
function push(curve, t, bucket) {
  const kind = bucket && kindOf(bucket);
  const known = kind === "unknown" ? null : bucket;
  curve.t.push(t);
  curve.average.push(known && known.sum / known.frames);
  curve.low.push(known && Math.min(known.low, known.from));
  curve.high.push(known && Math.max(known.high, known.to));
  curve.kind.push(kind);
}
