/** One shape on the stage: outline, filling, arrow of a line, handles and label. */
import { element, icon, setAttribute, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { middle } from "./geometry.js";
import { edges, hasRoom } from "./hit.js";
import { pathOf, svg } from "./svg.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./zoom-lens.js").Lens} Lens
 * @typedef {import("./zoom-lens.js").Spot} Spot
 * @typedef {"clear" | "warning" | "critical"} Level
 *
 * @typedef {object} Look what a shape is drawn by
 * @property {"zone" | "line" | "ground"} kind
 * @property {string} name
 * @property {string} colour
 * @property {readonly Point[]} points
 * @property {boolean} closed
 * @property {boolean} [excluded] whether it is an exclusion zone
 * @property {Lens} lens
 * @property {boolean} editable
 * @property {boolean} selected
 * @property {number | null} point
 * @property {number} reach pixels
 * @property {Level} level
 * @property {string} figure on the label, behind the name
 * @property {import("../core/people.js").Knowledge} [people] what is known of it
 */

const LEVEL_ICONS = { clear: "", warning: "triangle-alert", critical: "circle-alert" };
const LEVEL_WORDS = { clear: "", warning: t("Warning"), critical: t("Critical") };

/** The way in: from left to right, looking from the first point to the second. @param {readonly Point[]} points @param {Lens} lens */
function arrowPath([a, b], lens) {
  const [from, to] = [lens.toStage(a), lens.toStage(b)];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const side = lens.mirror ? -1 : 1;
  const across = { x: (-(to.y - from.y) / length) * side, y: ((to.x - from.x) / length) * side };
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const at = (/** @type {number} */ out, /** @type {number} */ aside) => ({
    x: (from.x + to.x) / 2 + across.x * out + along.x * aside,
    y: (from.y + to.y) / 2 + across.y * out + along.y * aside,
  });
  return `${pathOf([at(-14, 0), at(22, 0)], false)}${pathOf([at(13, -8), at(22, 0), at(13, 8)], false)}`;
}

export class ShapeNode {
  /** @type {Map<string, SVGGElement>} by "point 0", "middle 0" */
  #handles = new Map();
  #halo = svg("path", { class: "shape-halo" });
  #fill = svg("path", { class: "shape-fill" });
  #hatch = svg("path", { class: "shape-hatch" });
  #outline = svg("path", { class: "shape-outline" });
  #arrow = svg("path", { class: "shape-arrow" });
  #arrowHalo = svg("path", { class: "shape-halo" });
  body = svg("g", { class: "shape-body" }, this.#fill, this.#hatch, this.#halo, this.#arrowHalo, this.#outline, this.#arrow);
  root = svg("g", { class: "shape" }, this.body);
  #swatch = element("span", { class: "label-swatch" });
  #name = element("span", { class: "label-name" });
  #figure = element("strong", { class: "label-figure" });
  #mark = element("span", { class: "label-level" });
  label = element("div", { class: "shape-label" }, this.#swatch, this.#name, this.#figure, this.#mark);

  /** @param {string} id */
  constructor(id) {
    setAttribute(this.root, "data-shape", id);
    setAttribute(this.label, "data-shape", id);
  }

  /** @param {Look} look */
  update(look) {
    const { lens, points, closed, level } = look;
    const path = pathOf(points.map((point) => lens.toStage(point)), closed);
    for (const part of [this.#halo, this.#outline, this.#fill, this.#hatch]) setAttribute(part, "d", path);
    const arrow = look.kind === "line" ? arrowPath(points, lens) : "";
    for (const part of [this.#arrow, this.#arrowHalo]) setAttribute(part, "d", arrow);
    setAttribute(this.root, "data-excluded", look.excluded ? "" : null);
    setAttribute(this.#hatch, "stroke", level === "clear" ? "none" : `url(#hatch-${level})`);
    this.root.style.setProperty("--shape", look.colour);
    this.label.style.setProperty("--shape", look.colour);
    setAttribute(this.root, "data-kind", look.kind);
    setAttribute(this.root, "data-level", level);
    this.root.classList.toggle("is-selected", look.selected && look.editable);
    this.#updateLabel(look);
    this.#updateBody(look);
    this.#updateHandles(look);
  }

  /** @param {number} x pixels of the stage @param {number} y @param {boolean} compact without its name */
  placeLabel(x, y, compact) {
    this.label.classList.toggle("is-compact", compact);
    this.label.style.transform = `translate(${x.toFixed(0)}px, ${y.toFixed(0)}px)`;
  }

  /** @param {number | null} point */
  focus(point) {
    const target = point === null ? this.body : this.#handles.get(`point ${point}`);
    target?.focus({ preventScroll: true });
  }

  /** @param {Look} look */
  #updateLabel({ name, figure, level, kind, people }) {
    this.label.hidden = kind === "ground";
    setAttribute(this.label, "data-level", level);
    setAttribute(this.label, "data-people", people ?? null);
    setText(this.#name, name);
    setText(this.#figure, figure);
    if (this.#mark.dataset.level === level) return;
    this.#mark.dataset.level = level;
    this.#mark.replaceChildren(...(level === "clear" ? [] : [icon(LEVEL_ICONS[level]), LEVEL_WORDS[level]]));
  }

  /** @param {Look} look */
  #updateBody({ editable, kind, name, points, selected, excluded }) {
    const what = excluded ? t("Zone {name}, not counted", { name }) : kind === "ground" ? t("Calibration") : kind === "zone" ? tn("Zone {name}, {n} point", "Zone {name}, {n} points", points.length, { name }) : t("Line {name}", { name });
    setAttribute(this.body, "role", editable ? "button" : null);
    setAttribute(this.body, "tabindex", editable ? "0" : null);
    setAttribute(this.body, "aria-label", editable ? what : null);
    setAttribute(this.body, "aria-pressed", editable ? String(selected) : null);
  }

  /** @param {Look} look */
  #updateHandles(look) {
    const { lens, points, point: chosen } = look;
    /** @type {Set<string>} */
    const wanted = new Set();
    if (look.editable && look.selected) {
      points.forEach((point, index) => {
        const label = t("Point {n} of {all} of {name}", { n: index + 1, all: points.length, name: look.name });
        const handle = this.#handle(`point ${index}`, lens.toStage(point), label);
        handle.classList.toggle("is-chosen", index === chosen);
        wanted.add(`point ${index}`);
      });
      const outline = { id: "", points, closed: look.closed, grows: true };
      if (look.kind === "zone") {
        edges(outline).forEach(([a, b], index) => {
          if (!hasRoom(a, b, lens, look.reach)) return;
          this.#handle(`middle ${index}`, lens.toStage(middle(a, b)), null);
          wanted.add(`middle ${index}`);
        });
      }
    }
    for (const [key, handle] of this.#handles) {
      if (wanted.has(key)) continue;
      handle.remove();
      this.#handles.delete(key);
    }
    this.#order();
  }

  /** @param {string} key @param {Spot} spot @param {string | null} label null: for pointers only */
  #handle(key, { x, y }, label) {
    let handle = this.#handles.get(key);
    if (!handle) {
      const isPoint = key.startsWith("point");
      const number = svg("text", { class: "handle-number", dy: "0.35em" });
      number.textContent = String(Number(key.split(" ")[1]) + 1);
      handle = svg("g", { class: isPoint ? "handle" : "handle handle-middle", "data-handle": key }, svg("circle", { r: isPoint ? "8" : "5" }), ...(isPoint ? [number] : []));
      this.#handles.set(key, handle);
      this.root.append(handle);
    }
    setAttribute(handle, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    setAttribute(handle, "role", label ? "button" : null);
    setAttribute(handle, "tabindex", label ? "0" : null);
    setAttribute(handle, "aria-label", label);
    return handle;
  }

  /** Tab goes from point to point in their order, also after one was added. */
  #order() {
    const points = [...this.#handles.keys()].filter((key) => key.startsWith("point")).sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
    const elements = points.map((key) => /** @type {SVGGElement} */ (this.#handles.get(key)));
    const now = [...this.root.querySelectorAll(".handle:not(.handle-middle)")];
    // Moving an element takes its focus: only when the order is wrong.
    if (elements.some((handle, i) => handle !== now[i])) this.root.append(...elements);
  }
}
