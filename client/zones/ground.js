/** The ground plane, as `server/core/ground.py` has it: a plan's area while it is drawn. Pure. */
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
  if (points.length === 2) return samePoint(points[0], points[1]) ? "The two points must differ." : "";
  return isSimple(points) && isConvex(points) ? "" : "The four points must be the corners of a convex shape, in order.";
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

/** @param {Point[]} source @param {Point[]} target @returns {number[] | null} 3×3, row by row; direct linear transform */
function homography(source, target) {
  const rows = source.flatMap(([x, y], i) => {
    const [u, v] = target[i];
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  const solved = solve(rows);
  if (!solved) return null;
  const matrix = [...solved, 1];
  const depths = source.map(([x, y]) => matrix[6] * x + matrix[7] * y + 1);
  if (!depths.every((depth) => depth > 0 === depths[0] > 0) || depths[0] === 0) return null;
  return depths[0] > 0 ? matrix : matrix.map((value) => -value);
}

/**
 * Area of a polygon on the ground.
 * @param {readonly Point[]} points @param {Calibration} calibration @param {number} aspect frame width over height
 * @returns {number | null} m²; null where a part of it is above the horizon
 */
export function areaOnGround(points, calibration, aspect) {
  const scaled = points.map(([x, y]) => /** @type {Point} */ ([x * aspect, y]));
  const source = calibration.points.map(([x, y]) => /** @type {Point} */ ([x * aspect, y]));
  if (source.length === 2) {
    const [a, b] = source;
    const [c, d] = calibration.metres;
    const scale = Math.hypot(d[0] - c[0], d[1] - c[1]) / Math.hypot(b[0] - a[0], b[1] - a[1]);
    return area(scaled) * scale * scale;
  }
  const m = homography(source, calibration.metres);
  if (!m) return null;
  /** @type {Point[]} */
  const places = [];
  for (const [x, y] of scaled) {
    const depth = m[6] * x + m[7] * y + m[8];
    if (depth <= 1e-9) return null;
    places.push([(m[0] * x + m[1] * y + m[2]) / depth, (m[3] * x + m[4] * y + m[5]) / depth]);
  }
  return area(places);
}
