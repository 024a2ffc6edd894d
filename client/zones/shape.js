/** Zones, lines and what can be done to one. Values are never changed in place. Pure. */
import { middle } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {"feet" | "centre" | "overlap"} Anchor
 * @typedef {"people" | "density" | "dwell"} Figure
 * @typedef {"every" | "once"} LineMode each crossing, or each person once: to and fro cancels
 *
 * @typedef {object} Limits
 * @property {number | null} warning
 * @property {number | null} critical
 * @property {number} hold_s
 * @property {number} hysteresis
 * @property {number} clear_s
 * @property {number} cooldown_s
 *
 * @typedef {object} Zone
 * @property {"zone"} kind
 * @property {string} id
 * @property {string} name
 * @property {string} colour
 * @property {Point[]} points
 * @property {Anchor} anchor
 * @property {number} entry_s
 * @property {number} exit_s
 * @property {number} revisit_s
 * @property {Record<Figure, Limits | null>} limits
 * @property {boolean} counts false: people whose feet are inside are counted nowhere
 *
 * @typedef {object} Line
 * @property {"line"} kind
 * @property {string} id
 * @property {string} name
 * @property {string} colour
 * @property {Point[]} points two
 * @property {LineMode} mode
 *
 * @typedef {Zone | Line} Shape
 *
 * @typedef {object} Calibration
 * @property {Point[]} points two or four, of the frame
 * @property {Point[]} metres their places on the ground
 *
 * @typedef {object} Plan
 * @property {readonly Shape[]} shapes in the order of the list
 * @property {Calibration | null} calibration
 * @property {number | null} [aspect] width over height of the frames it was drawn on, where that is known
 */

/** Stands for the calibration wherever a shape's id does. */
export const GROUND = "(ground)";

export const MAX_POINTS = 32;
export const MAX_SHAPES = 50;

/** @type {readonly Figure[]} */
export const FIGURES = ["people", "density", "dwell"];

/** Far apart for most eyes and none of them green, amber or red, which say how full a zone is. */
export const PALETTE = ["#2f81f7", "#f778ba", "#39c5cf", "#a371f7", "#d0b48c", "#e6edf3", "#6e7bff", "#b0785a"];

/** @type {Plan} */
export const EMPTY_PLAN = { shapes: [], calibration: null };

/** @type {Limits} */
export const DEFAULT_LIMITS = { warning: null, critical: null, hold_s: 3, hysteresis: 0.1, clear_s: 5, cooldown_s: 30 };

/** @param {number} value */
export function round5(value) {
  return Math.round(value * 1e5) / 1e5;
}

/** Inside the frame, rounded as it is stored. @param {Point} point @returns {Point} */
export function tidy([x, y]) {
  return [round5(Math.min(1, Math.max(0, x))), round5(Math.min(1, Math.max(0, y)))];
}

/** @param {"zone" | "line"} kind @param {string} id @param {string} name @param {string} colour @param {readonly Point[]} points @returns {Shape} */
export function makeShape(kind, id, name, colour, points) {
  const common = { id, name, colour, points: points.map(tidy) };
  if (kind === "line") return { kind, ...common, mode: "every" };
  return { kind, ...common, anchor: "feet", entry_s: 0.3, exit_s: 0.7, revisit_s: 10, limits: { people: null, density: null, dwell: null }, counts: true };
}

/** Whether there are figures of it. @param {Shape} shape */
export function isCounted(shape) {
  return shape.kind === "line" || shape.counts;
}

/** How far a place that is left out reaches above and below the feet, as a share of the height. */
const FOOT_ROOM = { above: 0.2, below: 0.1 };

/** Where the feet of the person in this box are. @param {readonly [number, number, number, number]} box left, top, right, bottom @returns {Point[]} */
export function footPlace([left, top, right, bottom]) {
  const height = bottom - top;
  return rectangle([left, bottom - FOOT_ROOM.above * height], [right, bottom + FOOT_ROOM.below * height]).map(tidy);
}

/** @param {Point} a @param {Point} b @returns {Point[]} corners, clockwise from the top left */
export function rectangle(a, b) {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** The points moved together, at most to the edge of the frame. @param {readonly Point[]} points @param {number} dx @param {number} dy @returns {Point[]} */
export function shifted(points, dx, dy) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const byX = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
  const byY = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
  return points.map(([x, y]) => tidy([x + byX, y + byY]));
}

/** @param {readonly Point[]} points @param {number} index @param {Point} to @returns {Point[]} */
export function withPoint(points, index, to) {
  return points.map((point, at) => (at === index ? tidy(to) : point));
}

/** A new point behind `index`, in the middle of the edge or at `at`. @param {readonly Point[]} points @param {number} index @param {Point} [at] @returns {Point[]} */
export function withPointAfter(points, index, at) {
  const made = tidy(at ?? middle(points[index], points[(index + 1) % points.length]));
  return [...points.slice(0, index + 1), made, ...points.slice(index + 1)];
}

/** @param {readonly Point[]} points @param {number} index @returns {Point[]} */
export function withoutPoint(points, index) {
  return points.filter((_, at) => at !== index);
}

/** Where a shape begins that was asked for by key or by a tap. @param {"rectangle" | "polygon" | "line"} tool @param {Point} centre @returns {Point[]} */
export function ready(tool, [x, y]) {
  /** @type {Record<string, Point[]>} */
  const forms = {
    rectangle: rectangle([-0.15, -0.15], [0.15, 0.15]),
    polygon: [[-0.1, -0.17], [0.1, -0.17], [0.18, 0.02], [0, 0.17], [-0.18, 0.02]],
    line: [[-0.2, 0], [0.2, 0]],
  };
  return shifted(forms[tool].map(([px, py]) => /** @type {Point} */ ([px + 0.5, py + 0.5])), x - 0.5, y - 0.5);
}

/** The colour used least, the first of them. @param {readonly Shape[]} shapes */
export function freeColour(shapes) {
  const used = (/** @type {string} */ colour) => shapes.filter((shape) => shape.colour === colour).length;
  return PALETTE.reduce((best, colour) => (used(colour) < used(best) ? colour : best));
}

/** @param {Plan} plan @param {Shape} shape @returns {Plan} with the shape of this id replaced, or added */
export function withShape(plan, shape) {
  const known = plan.shapes.some(({ id }) => id === shape.id);
  const shapes = known ? plan.shapes.map((one) => (one.id === shape.id ? shape : one)) : [...plan.shapes, shape];
  return { ...plan, shapes };
}

/** @param {Plan} plan @param {string} id @returns {Plan} */
export function withoutShape(plan, id) {
  return { ...plan, shapes: plan.shapes.filter((shape) => shape.id !== id) };
}
