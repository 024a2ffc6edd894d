/** What lies under a pointer: a point, the middle of an edge, a shape. Pure. */
import { area, contains, distanceToSegment, middle } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {import("./zoom-lens.js").Lens} Lens */
/** @typedef {import("./zoom-lens.js").Spot} Spot */

/**
 * @typedef {object} Outline
 * @property {string} id
 * @property {readonly Point[]} points
 * @property {boolean} closed
 * @property {boolean} grows whether points may be added
 *
 * @typedef {object} Hit
 * @property {string} id
 * @property {"point" | "middle" | "body"} part
 * @property {number} index of the point, or of the edge that begins there
 */

/** Half of the 44 pixels that a finger needs. */
export const REACH = { touch: 22, mouse: 11 };

/** @param {Outline} outline @returns {[Point, Point][]} */
export function edges({ points, closed }) {
  const pairs = points.map((point, i) => /** @type {[Point, Point]} */ ([point, points[(i + 1) % points.length]]));
  return closed ? pairs : pairs.slice(0, -1);
}

/** @param {Spot} at @param {Point} point @param {Lens} lens */
function far(at, point, lens) {
  const spot = lens.toStage(point);
  return Math.hypot(at.x - spot.x, at.y - spot.y);
}

/** Where a handle for a new point has room: not on an edge that its two corners fill. @param {Point} a @param {Point} b @param {Lens} lens @param {number} reach */
export function hasRoom(a, b, lens, reach) {
  const [from, to] = [lens.toStage(a), lens.toStage(b)];
  return Math.hypot(from.x - to.x, from.y - to.y) >= 3 * reach;
}

/** @param {Spot} at @param {Outline} outline @param {Lens} lens @param {number} reach @returns {Hit | null} */
function hitHandle(at, outline, lens, reach) {
  /** @type {{hit: Hit, distance: number}[]} */
  const found = outline.points.map((point, index) => ({ hit: { id: outline.id, part: "point", index }, distance: far(at, point, lens) }));
  if (outline.grows) {
    edges(outline).forEach(([a, b], index) => {
      if (hasRoom(a, b, lens, reach)) found.push({ hit: { id: outline.id, part: "middle", index }, distance: far(at, middle(a, b), lens) });
    });
  }
  const [nearest] = found.filter(({ distance }) => distance <= reach).sort((a, b) => a.distance - b.distance);
  return nearest?.hit ?? null;
}

/** @param {Spot} at @param {Outline} outline @param {Lens} lens @param {number} reach */
function hitsBody(at, outline, lens, reach) {
  const spots = outline.points.map((point) => lens.toStage(point)).map(({ x, y }) => /** @type {Point} */ ([x, y]));
  if (outline.closed && contains(spots, [at.x, at.y])) return true;
  const near = outline.closed ? reach / 2 : reach;
  return edges({ ...outline, points: spots }).some(([a, b]) => distanceToSegment([at.x, at.y], a, b) <= near);
}

/**
 * Handles of the chosen shape come first, then lines, then the smallest zone: one inside another stays in reach.
 * @param {Spot} at @param {readonly Outline[]} outlines @param {string | null} selected @param {Lens} lens @param {number} reach pixels
 * @returns {Hit | null}
 */
export function hit(at, outlines, selected, lens, reach) {
  const chosen = outlines.find(({ id }) => id === selected);
  const handle = chosen && hitHandle(at, chosen, lens, reach);
  if (handle) return handle;
  const size = (/** @type {Outline} */ outline) => (outline.closed ? area(outline.points) : -1);
  const [found] = outlines.filter((outline) => hitsBody(at, outline, lens, reach)).sort((a, b) => size(a) - size(b));
  return found ? { id: found.id, part: "body", index: -1 } : null;
}
