/** The ground plane, as `server/core/ground.py` has it: a plan's area while it is drawn. Pure. */
import { t } from "../ui/words.js";
import { area, isConvex, isSimple, samePoint } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {import("./shape.js").Calibration} Calibration */

/** Upper limits of people per m² for A to E of a standing crowd; above is F (J. Fruin, 1971). */
const FRUIN = /** @type {const} */ ([["A", 0.83], ["B", 1.08], ["C", 1.54], ["D", 3.57], ["E", 5.26]]);

/** @param {number} density people per m² */
export function levelOfService(density) {
  return FRUIN.find(([, limit]) => density <= limit)?.[0] ?? "F";
}

/** @param {number} width metres @param {number} depth metres @returns {Point[]} corners in order, from the far left */
export function groundRectangle(width, depth) {
  return [[0, 0], [width, 0], [width, depth], [0, depth]];
}

/** Width and depth, where the four places are such a rectangle. @param {readonly Point[]} metres @returns {{width: number, depth: number} | null} */
export function asRectangle(metres) {
  const [, , third] = metres;
  if (metres.length !== 4 || !groundRectangle(third[0], third[1]).every((place, i) => samePoint(place, metres[i]))) return null;
  return { width: third[0], depth: third[1] };
}

/** @param {Calibration} calibration @returns {string} what is wrong with its points; empty when nothing is */
export function calibrationProblem({ points }) {
  if (points.length === 2) return samePoint(points[0], points[1]) ? t("The two points must differ.") : "";
  return isSimple(points) && isConvex(points) ? "" : t("The four points must be the corners of a convex shape, in order.");
}

/** Gauss-Jordan with pivoting. @param {number[][]} rows coefficients and right side @returns {number[] | null} */
function solve(rows) {
  const n = rows.length;
  for (let column = 0; column < n; column += 1) {
    const pivot = rows.slice(column).reduce((best, row, i) => (Math.abs(row[column]) > Math.abs(rows[best][column]) ? i + column : best), column);
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    if (Math.abs(rows[column][column]) < 1e-12) return null;
    for (let row = 0; row < n; row += 1) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let at = column; at <= n; at += 1) rows[row][at] -= factor * rows[column][at];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

/**
 * Direct linear transform. The element that is 1 is the depth at the middle of the points, which no horizon meets.
 * @param {Point[]} source @param {Point[]} target @returns {number[] | null} 3×3, row by row
 */
function homography(source, target) {
  const [mx, my] = [0, 1].map((axis) => source.reduce((sum, point) => sum + point[axis], 0) / source.length);
  const rows = source.flatMap(([px, py], i) => {
    const [x, y, u, v] = [px - mx, py - my, ...target[i]];
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  const solved = solve(rows);
  if (!solved) return null;
  const [a, b, c, d, e, f, g, h] = solved;
  const matrix = [a, b, c - a * mx - b * my, d, e, f - d * mx - e * my, g, h, 1 - g * mx - h * my];
  return source.every(([x, y]) => matrix[6] * x + matrix[7] * y + matrix[8] > 0) ? matrix : null;
}

/** Rotation, scale and shift that take two points to two places; the ground is not mirrored. @param {Point[]} source @param {Point[]} target */
function similarity([a, b], [c, d]) {
  const [x, y] = [b[0] - a[0], b[1] - a[1]];
  const [u, v] = [d[0] - c[0], d[1] - c[1]];
  const length2 = x * x + y * y;
  const [re, im] = [(u * x + v * y) / length2, (v * x - u * y) / length2];
  return [re, -im, c[0] - re * a[0] + im * a[1], im, re, c[1] - im * a[0] - re * a[1], 0, 0, 1];
}

/** The other way round; a map of points needs no common factor, but the sign that keeps what is in front in front. @param {number[]} m 3×3 @returns {number[]} */
function inverse([a, b, c, d, e, f, g, h, i]) {
  const adjoint = [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
  const sign = Math.sign(a * adjoint[0] + b * adjoint[3] + c * adjoint[6]);
  return adjoint.map((value) => value * sign);
}

/** @param {number[]} m 3×3 @param {number} x @param {number} y @returns {Point | null} null where it is not in front */
function mapped(m, x, y) {
  const depth = m[6] * x + m[7] * y + m[8];
  return depth > 1e-9 ? [(m[0] * x + m[1] * y + m[2]) / depth, (m[3] * x + m[4] * y + m[5]) / depth] : null;
}

/**
 * @typedef {object} GroundMap between the frame (0..1) and metres on the ground
 * @property {(point: Point) => Point | null} toGround null above the horizon
 * @property {(place: Point) => Point | null} toFrame null behind the camera; may lie outside 0..1
 */

/** @param {Calibration} calibration @param {number} aspect frame width over height @returns {GroundMap | null} null where the points make no plane */
export function groundMap(calibration, aspect) {
  const source = calibration.points.map(([x, y]) => /** @type {Point} */ ([x * aspect, y]));
  const there = source.length === 2 ? similarity(source, calibration.metres) : homography(source, calibration.metres);
  if (!there) return null;
  const back = inverse(there);
  return {
    toGround: ([x, y]) => mapped(there, x * aspect, y),
    toFrame: ([u, v]) => {
      const found = mapped(back, u, v);
      return found && [found[0] / aspect, found[1]];
    },
  };
}

/**
 * Area of a polygon on the ground.
 * @param {readonly Point[]} points @param {Calibration} calibration @param {number} aspect frame width over height
 * @returns {number | null} m²; null where a part of it is above the horizon
 */
export function areaOnGround(points, calibration, aspect) {
  const map = groundMap(calibration, aspect);
  const places = points.map((point) => map?.toGround(point) ?? null);
  return places.every((place) => place !== null) ? area(places) : null;
}

/** @typedef {"none" | "horizon" | "known"} Size whether a polygon has one: not without a calibration, nor above the horizon */

/** @param {readonly Point[]} points @param {Calibration | null} calibration @param {number} aspect @returns {Size} */
export function sizeOf(points, calibration, aspect) {
  if (!calibration) return "none";
  return areaOnGround(points, calibration, aspect) === null ? "horizon" : "known";
}
