/** Plans of two people brought together, shape by shape. Pure. */
import { t } from "../ui/words.js";
import { freeName, isTaken } from "./names.js";
import { GROUND } from "./shape.js";

/**
 * @typedef {import("./shape.js").Calibration} Calibration
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./shape.js").Shape} Shape
 *
 * @typedef {Shape | Calibration | null} Item null where it was deleted, or never was
 * @typedef {Map<string, Item>} Changes by id, GROUND for the calibration
 *
 * @typedef {object} Conflict one shape that both changed, each in another way
 * @property {string} id of a shape, or GROUND
 * @property {string} name as it is known here
 * @property {Item} mine
 * @property {Item} theirs
 */

/** @param {unknown} a @param {unknown} b @returns {boolean} whether two values of JSON are the same, in whatever order their keys are */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [left, right] = [/** @type {Record<string, unknown>} */ (a), /** @type {Record<string, unknown>} */ (b)];
  return keys.every((key) => key in right && same(left[key], right[key]));
}

/** @param {Plan} plan @returns {Map<string, Item>} */
function items({ shapes, calibration }) {
  return new Map([...shapes.map((shape) => /** @type {[string, Item]} */ ([shape.id, shape])), [GROUND, calibration]]);
}

/** @param {Plan} a @param {Plan} b @returns {boolean} whether both hold the same, in whatever order */
export function samePlan(a, b) {
  const [left, right] = [items(a), items(b)];
  return left.size === right.size && [...left].every(([id, item]) => right.has(id) && same(item, right.get(id)));
}

/** @param {string} id @param {...Item} known @returns {string} */
function nameOf(id, ...known) {
  if (id === GROUND) return t("The calibration");
  for (const item of known) if (item && "name" in item) return item.name;
  return id;
}

/**
 * What they changed since `base`: what I left alone can be taken over as it is, the rest is a conflict.
 * @param {Plan} base what both began with @param {Plan} mine @param {Plan} theirs
 * @returns {{changes: Changes, conflicts: Conflict[]}}
 */
export function compare(base, mine, theirs) {
  const [before, here, there] = [items(base), items(mine), items(theirs)];
  /** @type {Changes} */
  const changes = new Map();
  /** @type {Conflict[]} */
  const conflicts = [];
  for (const id of new Set([...there.keys(), ...before.keys()])) {
    const [was, own, other] = [before.get(id) ?? null, here.get(id) ?? null, there.get(id) ?? null];
    if (same(other, was) || same(other, own)) continue;
    if (same(own, was)) changes.set(id, other);
    else conflicts.push({ id, name: nameOf(id, own, other, was), mine: own, theirs: other });
  }
  return { changes, conflicts };
}

/**
 * Somebody's changes on top of a plan. Where both chose one name, theirs stays: it is stored already.
 * @param {Plan} plan @param {Changes} changes @param {ReadonlyMap<string, string>} [wishes] names that are tried first, by id
 * @returns {Plan}
 */
export function applied(plan, changes, wishes = new Map()) {
  const ground = changes.get(GROUND);
  const calibration = ground === undefined ? plan.calibration : /** @type {Calibration | null} */ (ground);
  const known = new Set(plan.shapes.map(({ id }) => id));
  const added = [...changes].filter(([id]) => id !== GROUND && !known.has(id)).map(([, shape]) => shape);
  const kept = plan.shapes.map((shape) => (changes.has(shape.id) ? changes.get(shape.id) : shape));
  const shapes = /** @type {Shape[]} */ ([...kept, ...added].filter(Boolean));
  return { ...plan, shapes: distinct(shapes, new Set(changes.keys()), wishes), calibration };
}

/** Each name once. @param {Shape[]} shapes @param {ReadonlySet<string>} fixed ids whose names stay @param {ReadonlyMap<string, string>} wishes @returns {Shape[]} */
function distinct(shapes, fixed, wishes) {
  const done = shapes.filter(({ id }) => fixed.has(id));
  if (!done.length) return shapes;
  const named = [...shapes];
  shapes.forEach((shape, index) => {
    if (fixed.has(shape.id)) return;
    const wish = isTaken(shape.name, shape.id, done) ? (wishes.get(shape.id) ?? shape.name) : shape.name;
    // Free among all, so that nobody after it has to give way.
    const name = isTaken(wish, shape.id, done) ? freeName(wish, named) : wish;
    if (name !== shape.name) named[index] = { ...shape, name };
    done.push(named[index]);
  });
  return named;
}
