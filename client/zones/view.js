/** Where a plan lies in a frame of another format than the one it was drawn on. Pure. */
import { calibrationProblem } from "./ground.js";
import { isSimple, samePoint } from "./geometry.js";
import { MAX_POINTS, tidy } from "./shape.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./shape.js").Shape} Shape
 * @typedef {readonly [number, number, number, number, number, number]} Matrix a, b, c, d, e, f: (x, y) goes to (ax + by + c, dx + ey + f)
 * @typedef {{fits: boolean, matrix: Matrix}} View
 */

/** @type {Matrix} */
export const SAME = [1, 0, 0, 0, 1, 0];
/** How far the sides of two frames of one format may be apart: they are rounded to whole pixels. */
const SAME_SHAPE = 0.02;

/**
 * Where the plan lies in the picture. The server says so with the next frame; until then nothing jumps.
 * @param {Plan} plan @param {number | null} aspect of the picture, null without one @param {View | null} told by the server of its newest frame
 * @returns {View | null} null where it was drawn on pictures like this one
 */
export function viewNow(plan, aspect, told) {
  const drawn = plan.shapes.length > 0 || plan.calibration !== null;
  const here = aspect !== null && plan.aspect && Math.abs(plan.aspect / aspect - 1) < SAME_SHAPE;
  return drawn && !here ? told : null;
}

/** @param {View | null} one @param {View | null} other */
export function isSameView(one, other) {
  return one === other || (one !== null && other !== null && one.fits === other.fits && one.matrix.join() === other.matrix.join());
}

/** @param {Matrix} matrix @param {Point} point @returns {Point} */
export function mapPoint([a, b, c, d, e, f], [x, y]) {
  return [a * x + b * y + c, d * x + e * y + f];
}

/** @param {Matrix} matrix @returns {Matrix} the way back */
export function inverse([a, b, c, d, e, f]) {
  const size = a * e - b * d;
  return [e / size, -b / size, (b * f - c * e) / size, -d / size, a / size, (c * d - a * f) / size];
}

/** @param {Matrix} matrix @param {readonly [number, number, number, number]} box left, top, right, bottom @returns {[number, number, number, number]} */
export function mapBox(matrix, [left, top, right, bottom]) {
  const corners = [mapPoint(matrix, [left, top]), mapPoint(matrix, [right, top]), mapPoint(matrix, [right, bottom]), mapPoint(matrix, [left, bottom])];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The plan as it lies in the frame, parts outside of it included. @param {Plan} plan @param {Matrix} matrix @returns {Plan} */
export function mappedPlan(plan, matrix) {
  if (matrix === SAME) return plan;
  const move = (/** @type {readonly Point[]} */ points) => points.map((point) => mapPoint(matrix, point));
  const calibration = plan.calibration && { ...plan.calibration, points: move(plan.calibration.points) };
  return { ...plan, shapes: plan.shapes.map((shape) => ({ ...shape, points: move(shape.points) })), calibration };
}

/** The part of a polygon on one side of a border (Sutherland and Hodgman 1974). @param {readonly Point[]} points @param {number} axis @param {number} at @param {number} way 1: above it, -1: below @returns {Point[]} */
function cut(points, axis, at, way) {
  return points.flatMap((to, index) => {
    const from = points[(index + points.length - 1) % points.length];
    const [inside, wasInside] = [way * (to[axis] - at) >= 0, way * (from[axis] - at) >= 0];
    /** @type {Point[]} */
    const found = [];
    if (inside !== wasInside) {
      const share = (at - from[axis]) / (to[axis] - from[axis]);
      found.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
    }
    return inside ? [...found, to] : found;
  });
}

/** @param {readonly Point[]} points @returns {Point[]} each only once */
function distinct(points) {
  return points.filter((point, index) => !samePoint(point, points[(index + points.length - 1) % points.length]));
}

/** @param {readonly Point[]} points @returns {Point[] | null} what of a zone is in the frame; null where nothing is */
function clippedZone(points) {
  const inside = [0, 1].reduce((/** @type {readonly Point[]} */ left, axis) => cut(cut(left, axis, 0, 1), axis, 1, -1), points);
  const found = distinct(inside.map(tidy));
  if (found.length < 3) return null;
  if (found.length <= MAX_POINTS && isSimple(found)) return found;
  const nearest = distinct(points.map(tidy));
  return nearest.length >= 3 && isSimple(nearest) ? nearest : null;
}

/** @param {readonly Point[]} points of a line @returns {Point[] | null} */
function clippedLine([from, to]) {
  let [begin, end] = [0, 1];
  for (const axis of [0, 1]) {
    const way = to[axis] - from[axis];
    const [first, last] = [-from[axis] / way, (1 - from[axis]) / way].sort((a, b) => a - b);
    if (way === 0 && (from[axis] < 0 || from[axis] > 1)) return null;
    if (way !== 0) [begin, end] = [Math.max(begin, first), Math.min(end, last)];
  }
  if (begin >= end) return null;
  const at = (/** @type {number} */ share) => tidy([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
  return samePoint(at(begin), at(end)) ? null : [at(begin), at(end)];
}

/**
 * The plan for frames of this format: drawn where it lies, cut off at the frame.
 * @param {Plan} plan @param {Matrix} matrix @param {number} aspect of these frames
 * @returns {{plan: Plan, lost: string[]}} with the names of the shapes that are outside of the frame
 */
export function adopted(plan, matrix, aspect) {
  /** @type {string[]} */
  const lost = [];
  const moved = mappedPlan(plan, matrix);
  const shapes = moved.shapes.flatMap((shape) => {
    const points = shape.kind === "line" ? clippedLine(shape.points) : clippedZone(shape.points);
    if (!points) lost.push(shape.name);
    return points ? [/** @type {Shape} */ ({ ...shape, points })] : [];
  });
  const ground = moved.calibration && { ...moved.calibration, points: moved.calibration.points };
  const outside = ground?.points.some(([x, y]) => x < 0 || x > 1 || y < 0 || y > 1) ?? false;
  // Points that moved to the border would say that other places are that far apart.
  const calibration = ground && !outside && !calibrationProblem(ground) ? { ...ground, points: ground.points.map(tidy) } : null;
  return { plan: { ...plan, shapes, calibration, aspect: Math.round(aspect * 1e5) / 1e5 }, lost };
}
