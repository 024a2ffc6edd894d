/** The layer over the picture: every shape with its figures, what is being drawn, and the place they lie in. */
import { letterbox } from "../core/fit.js";
import { byId, setAttribute } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { labelOf } from "./figures.js";
import { GROUND, isCounted } from "./shape.js";
import { REACH } from "./hit.js";
import { placeLabels } from "./labels.js";
import { Lens } from "./zoom-lens.js";
import { ShapeNode } from "./shape-node.js";
import { SAME } from "./view.js";
import { hatches, pathOf, svg } from "./svg.js";

/**
 * @typedef {import("./editor.js").EditorState} EditorState
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./hit.js").Outline} Outline
 * @typedef {import("./shape-node.js").Look} Look
 *
 * @typedef {object} Label what is known of a shape now
 * @property {import("./shape-node.js").Level} level
 * @property {string} figure
 * @property {import("../core/people.js").Knowledge} [people] what is known of the figure of a zone
 */

const GROUND_COLOUR = "#ffffff";
const coarse = matchMedia("(any-pointer: coarse)");

/** @type {Label} */
const UNKNOWN = { level: "clear", figure: "" };

export class Layer {
  root = byId("zones", HTMLElement);
  #picture = byId("picture", HTMLCanvasElement);
  #labels = byId("zone-labels", HTMLElement);
  #empty = byId("zone-empty", HTMLElement);
  #shapes = svg("g");
  #sketch = svg("path", { class: "sketch" });
  #sketchHalo = svg("path", { class: "sketch-halo" });
  #rivals = svg("path", { class: "rival" });
  #corners = svg("g", { class: "sketch-corners" });
  #canvas = svg("svg", { class: "zone-canvas", focusable: "false" }, hatches(), this.#shapes, this.#rivals, this.#sketchHalo, this.#sketch, this.#corners);
  /** @type {Map<string, ShapeNode>} */
  #nodes = new Map();
  #size = { width: 0, height: 0 };
  #signature = "";
  lens = new Lens({ x: 0, y: 0, width: 0, height: 0 }, false);
  /** @type {unknown[]} */
  #drawn = [];

  /** @param {() => void} changed asks for a draw */
  constructor(changed) {
    this.#empty.after(this.#canvas);
    new ResizeObserver(([entry]) => {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
      changed();
    }).observe(this.root);
  }

  /** @param {EditorState} state @returns {Outline[]} what can be taken hold of */
  outlines({ plan, selected }) {
    const outlines = plan.shapes.map(({ id, points, kind }) => ({ id, points, closed: kind === "zone", grows: kind === "zone" }));
    const { calibration } = plan;
    if (calibration && selected === GROUND) outlines.push({ id: GROUND, points: calibration.points, closed: calibration.points.length > 2, grows: false });
    return outlines;
  }

  /** @param {string} id @param {number | null} point */
  focus(id, point) {
    this.#nodes.get(id)?.focus(point);
  }

  /** @param {EditorState} state @param {boolean} shown whether the layer is switched on @param {boolean} mirror @param {number} aspect of the frame @param {ReadonlyMap<string, Label>} figures @param {readonly import("./merge.js").Conflict[]} conflicts */
  render(state, shown, mirror, aspect, figures, conflicts) {
    const visible = shown || state.active;
    this.root.hidden = !visible;
    if (!visible) return;
    this.#fit(mirror, aspect, state.view?.matrix ?? SAME);
    const { plan, active, tool, selected, point, draft, cursor, rejected } = state;
    const inputs = [plan, active, tool, selected, point, draft, cursor, rejected, this.lens, figures, conflicts];
    if (inputs.every((input, i) => input === this.#drawn[i])) return;
    this.#drawn = inputs;
    this.root.classList.toggle("is-active", active);
    setAttribute(this.root, "data-drawing", tool);
    setAttribute(this.root, "tabindex", active ? "0" : null);
    this.#renderShapes(state, figures);
    this.#renderSketch(state);
    const theirs = conflicts.flatMap(({ theirs: item }) => item ?? []);
    setAttribute(this.#rivals, "d", theirs.map(({ points }) => pathOf(points.map((at) => this.lens.toStage(at)), points.length > 2)).join(""));
  }

  /** The picture's own size where there is one, else the last that was known. @param {boolean} mirror @param {number} aspect @param {import("./view.js").Matrix} matrix from the plan to the frame */
  #fit(mirror, aspect, matrix) {
    const { width, height } = this.#size;
    const signature = `${width} ${height} ${aspect} ${mirror} ${matrix.join()}`;
    if (signature === this.#signature) return;
    this.#signature = signature;
    const place = letterbox(aspect, 1, width, height);
    this.lens = new Lens(place, mirror, matrix);
    Object.assign(this.#empty.style, { left: `${place.x}px`, top: `${place.y}px`, width: `${place.width}px`, height: `${place.height}px` });
  }

  /** @param {EditorState} state @param {ReadonlyMap<string, Label>} figures */
  #renderShapes(state, figures) {
    const { plan, active, selected, point } = state;
    /** @type {[string, Look][]} */
    const looks = plan.shapes.map((shape) => {
      const { id, kind, name, colour, points } = shape;
      const { level, figure, people } = labelOf(shape, figures);
      return [id, { kind, excluded: !isCounted(shape), name, colour, points, closed: kind === "zone", lens: this.lens, editable: active && state.tool === "select", selected: id === selected, point, reach: this.reach, level, figure, people }];
    });
    if (plan.calibration && active && selected === GROUND) {
      const { points } = plan.calibration;
      looks.push([GROUND, { kind: "ground", name: t("Ground"), colour: GROUND_COLOUR, points, closed: points.length > 2, lens: this.lens, editable: true, selected: true, point, reach: this.reach, ...UNKNOWN }]);
    }
    const wanted = new Set(looks.map(([id]) => id));
    for (const [id, node] of this.#nodes) {
      if (wanted.has(id)) continue;
      node.root.remove();
      node.label.remove();
      this.#nodes.delete(id);
    }
    for (const [id, look] of looks) this.#node(id).update(look);
    this.#placeLabels(looks, active);
  }

  /** @param {[string, Look][]} looks @param {boolean} active whether it is edited, where names matter most */
  #placeLabels(looks, active) {
    const labels = looks.filter(([id]) => id !== GROUND).map(([id, { points, name, figure, level, selected }]) => ({
      id, points, name, figure, level: level === "clear" ? "" : t("Critical"), whole: active || selected || level !== "clear",
    }));
    for (const { id, x, y, compact } of placeLabels(labels, this.lens)) this.#node(id).placeLabel(x, y, compact);
  }

  get reach() {
    return coarse.matches ? REACH.touch : REACH.mouse;
  }

  /** @param {string} id */
  #node(id) {
    let node = this.#nodes.get(id);
    if (!node) {
      node = new ShapeNode(id);
      this.#nodes.set(id, node);
      this.#shapes.append(node.root);
      this.#labels.append(node.label);
    }
    return node;
  }

  /** @param {EditorState} state */
  #renderSketch({ draft, cursor, tool, rejected, selected }) {
    const points = rejected ?? (cursor ? [...draft, cursor] : draft);
    const closed = tool === "rectangle" || (rejected !== null && tool === "select" && points.length > 2);
    const path = pathOf(points.map((at) => this.lens.toStage(at)), closed);
    setAttribute(this.#sketch, "d", path);
    setAttribute(this.#sketchHalo, "d", path);
    this.#sketch.classList.toggle("is-refused", rejected !== null);
    const corners = tool === "polygon" && !selected ? draft : [];
    this.#corners.replaceChildren(
      ...corners.map((at, index) => {
        const { x, y } = this.lens.toStage(at);
        return svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: index === 0 ? "9" : "6", class: index === 0 ? "corner corner-first" : "corner" });
      }),
    );
  }

  /** @returns {number | null} width over height of the picture; null while there is none */
  get pictureAspect() {
    const { width, height } = this.#picture;
    return width === 16 && height === 9 ? null : width / height;
  }
}
