/** The zone editor: what is drawn, what is chosen, and everything that can be done to it. Knows no page. */
import { createStore } from "../core/store.js";
import { t } from "../ui/words.js";
import { isSimple, samePoint } from "./geometry.js";
import { calibrationProblem } from "./ground.js";
import { applied, samePlan } from "./merge.js";
import { freeName } from "./names.js";
import { CROSSES, Pen } from "./draw-tool.js";
import { EMPTY_PLAN, GROUND, MAX_POINTS, MAX_SHAPES, shifted, withPoint, withPointAfter, withShape, withoutPoint, withoutShape } from "./shape.js";
import { Timeline } from "./timeline.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./shape.js").Shape} Shape
 * @typedef {"select" | "rectangle" | "polygon" | "line"} Tool
 *
 * @typedef {object} EditorState
 * @property {Plan} plan
 * @property {boolean} active whether the picture is for editing now
 * @property {Tool} tool
 * @property {string | null} selected id, or GROUND
 * @property {number | null} point of the selected shape
 * @property {Point[]} draft a polygon on its way
 * @property {Point | null} cursor where its next point would be
 * @property {Point[] | null} rejected a form that cannot be, shown while it is tried
 * @property {string} problem one sentence about it
 * @property {string} said for screen readers
 * @property {import("./view.js").View | null} view where the plan lies in the picture, if that has another format than it had
 */

export class Editor {
  #timeline = new Timeline(EMPTY_PLAN);
  #gesture = 0;
  pen = new Pen(this);
  /** @type {import("../core/store.js").Store<EditorState>} */
  store = createStore(/** @type {EditorState} */ ({ plan: EMPTY_PLAN, active: false, tool: "select", selected: null, point: null, draft: [], cursor: null, rejected: null, problem: "", said: "", view: null }));

  /** @param {(plan: Plan) => void} changed to be saved @param {() => string} makeId @param {() => number | null} [aspectNow] of the picture that is drawn on, null where that is not known */
  constructor(changed, makeId, aspectNow = () => null) {
    this.changed = changed;
    this.makeId = makeId;
    this.aspectNow = aspectNow;
  }

  get state() {
    return this.store.get();
  }

  get canUndo() {
    return this.#timeline.canUndo;
  }

  get canRedo() {
    return this.#timeline.canRedo;
  }

  /** @returns {Shape | null} */
  get selected() {
    return this.shape(this.state.selected);
  }

  /** @param {string | null} id */
  shape(id) {
    return this.state.plan.shapes.find((shape) => shape.id === id) ?? null;
  }

  /** @param {string | null} id @returns {readonly Point[]} of a shape or of the calibration */
  pointsOf(id) {
    return (id === GROUND ? this.state.plan.calibration?.points : this.shape(id)?.points) ?? [];
  }

  /** What is stored, to begin with. @param {Plan} plan */
  open(plan) {
    this.#timeline.reset(plan);
    this.#show();
  }

  /** Take over another user's changes, which Undo here never takes back. @param {import("./merge.js").Changes} changes @param {number} [aspect] of the frames, where theirs were others @returns {Plan} with it */
  receive(changes, aspect) {
    if (changes.size || aspect !== undefined) {
      const names = new Map(this.state.plan.shapes.map(({ id, name }) => [id, name]));
      this.#timeline.rebase((plan) => ({ ...applied(plan, changes, names), ...(aspect !== undefined && { aspect }) }), samePlan);
      this.#show();
    }
    return this.#timeline.present;
  }

  /** Gives up one's own of a shape for theirs, as a step of one's own. @param {import("./merge.js").Conflict} conflict */
  yieldTo({ id, theirs }) {
    this.change(applied(this.state.plan, new Map([[id, theirs]])));
  }

  /** @param {Plan} plan @param {string} [key] steps of one key are undone together */
  change(plan, key) {
    const aspect = plan.aspect ?? this.aspectNow();
    const next = aspect === null ? plan : { ...plan, aspect };
    this.#timeline.commit(next, key);
    this.#show();
    this.changed(next);
  }

  undo() {
    this.#travel(() => this.#timeline.undo(), t("Undone"));
  }

  redo() {
    this.#travel(() => this.#timeline.redo(), t("Done again"));
  }

  /** @param {boolean} active */
  activate(active) {
    this.store.set({ active, tool: "select", draft: [], cursor: null, rejected: null, problem: "" });
  }

  /** @param {string | null} id @param {number | null} [point] */
  select(id, point = null) {
    const { selected, point: before } = this.state;
    if (selected === id && before === point) return;
    if (selected !== id) this.#timeline.settle();
    this.store.set({ selected: id, point });
  }

  /** One step back: the last point, then the drawing, then the choice. */
  cancel() {
    const { draft, tool, point, selected } = this.state;
    if (draft.length) this.store.set({ draft: draft.slice(0, -1), rejected: null, problem: "" });
    else if (tool !== "select") this.pen.use("select");
    else if (point !== null) this.select(selected);
    else this.select(null);
  }

  /** From now on changes are one step, until the next gesture. @returns {string} its key */
  gesture() {
    this.#gesture += 1;
    return `gesture ${this.#gesture}`;
  }

  /** New points for a shape, if it may look like that. @param {string} id @param {Point[]} points @param {string} [key] @returns {boolean} */
  reshape(id, points, key) {
    const { plan } = this.state;
    const shape = this.shape(id);
    const wrong = id === GROUND ? calibrationProblem({ points, metres: [] }) : shape?.kind === "zone" && !isSimple(points) ? CROSSES : shape?.kind === "line" && samePoint(points[0], points[1]) ? t("A line has two different points.") : "";
    if (wrong) return this.refuse(points, wrong);
    this.store.set({ rejected: null, problem: "" });
    if (points.every((point, i) => this.pointsOf(id)[i] && samePoint(point, this.pointsOf(id)[i])) && points.length === this.pointsOf(id).length) return true;
    if (id === GROUND && plan.calibration) this.change({ ...plan, calibration: { ...plan.calibration, points } }, key);
    else if (shape) this.change(withShape(plan, { ...shape, points }), key);
    return true;
  }

  /** Drops what was tried and could not be. */
  settle() {
    this.store.set({ rejected: null, problem: "" });
    this.#timeline.settle();
  }

  /** @param {string} id @param {number | null} point all of the shape without one @param {number} dx @param {number} dy @param {string} [key] */
  move(id, point, dx, dy, key) {
    const points = this.pointsOf(id);
    const moved = point === null ? shifted(points, dx, dy) : withPoint(points, point, [points[point][0] + dx, points[point][1] + dy]);
    return this.reshape(id, moved, key);
  }

  /** @param {string} id @param {number} index @param {Point} [at] @param {string} [key] */
  addPoint(id, index, at, key) {
    const shape = this.shape(id);
    if (shape?.kind !== "zone") return false;
    if (shape.points.length >= MAX_POINTS) return this.refuse([...shape.points], t("A zone has at most {n} points.", { n: MAX_POINTS }));
    const added = this.reshape(id, withPointAfter(shape.points, index, at), key);
    if (added) this.select(id, index + 1);
    return added;
  }

  /** @param {string} id @param {number} index */
  removePoint(id, index) {
    const shape = this.shape(id);
    if (shape?.kind === "line") this.store.set({ problem: t("A line has two points.") });
    if (shape?.kind !== "zone") return;
    if (shape.points.length <= 3) this.store.set({ problem: t("A zone has at least 3 points.") });
    else if (this.reshape(id, withoutPoint(shape.points, index))) this.select(id, Math.min(index, shape.points.length - 2));
  }

  /** @param {Shape} shape a changed copy @param {string} [key] */
  update(shape, key) {
    this.change(withShape(this.state.plan, shape), key);
  }

  /** @param {string} id */
  duplicate(id) {
    const { plan } = this.state;
    const shape = this.shape(id);
    if (!shape || plan.shapes.length >= MAX_SHAPES) return;
    const down = Math.max(...shape.points.map(([, y]) => y)) < 0.96 ? 0.04 : -0.04;
    const across = Math.max(...shape.points.map(([x]) => x)) < 0.96 ? 0.04 : -0.04;
    const copy = { ...shape, id: this.makeId(), name: freeName(shape.name, plan.shapes), points: shifted(shape.points, across, down) };
    this.change(withShape(plan, copy));
    this.store.set({ selected: copy.id, point: null, said: t("{name} made", { name: copy.name }) });
  }

  /** @param {string} id */
  remove(id) {
    const { plan } = this.state;
    const name = id === GROUND ? t("The calibration") : this.shape(id)?.name;
    if (name === undefined) return;
    this.change(id === GROUND ? { ...plan, calibration: null } : withoutShape(plan, id));
    this.store.set({ selected: null, point: null, said: t("{name} deleted. Undo brings it back.", { name }) });
  }

  /** @param {import("./shape.js").Calibration | null} calibration @param {string} [key] */
  calibrate(calibration, key) {
    this.change({ ...this.state.plan, calibration }, key);
  }

  /** @param {() => void} step @param {string} said */
  #travel(step, said) {
    const before = this.#timeline.present;
    step();
    if (this.#timeline.present === before) return;
    this.#show();
    this.store.set({ said });
    this.changed(this.#timeline.present);
  }

  #show() {
    const plan = this.#timeline.present;
    const { selected, point } = this.state;
    const points = selected === GROUND ? plan.calibration?.points : plan.shapes.find(({ id }) => id === selected)?.points;
    this.store.set({ plan, selected: points ? selected : null, point: points && point !== null && point < points.length ? point : null, rejected: null, problem: "" });
  }

  /** Shows what cannot be, and why. @param {Point[]} points @param {string} problem @returns {false} */
  refuse(points, problem) {
    this.store.set({ rejected: points, problem });
    return false;
  }
}
