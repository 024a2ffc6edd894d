/** Mouse, pen and fingers on the picture: choose, move, reshape, draw. */
import { REACH, hit } from "./hit.js";
import { rectangle } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./zoom-lens.js").Spot} Spot
 *
 * @typedef {object} Drag
 * @property {number} pointer
 * @property {Spot} from
 * @property {Spot} last
 * @property {boolean} moved
 * @property {string} key
 * @property {import("./hit.js").Hit | null} hit
 * @property {readonly Point[]} points of the shape when it began
 *
 * @typedef {object} Surroundings
 * @property {() => import("./zoom-lens.js").Lens} lens
 * @property {() => import("./hit.js").Outline[]} outlines
 * @property {(at: Point | null) => void} magnify shows what a finger hides
 * @property {(id: string, point: number | null) => void} focus
 * @property {(held: boolean) => void} hold a finger or a button is down, or no longer
 */

/** Less than this is a tap. */
const STILL = 5;
const DOUBLE_MS = 350;

export class Gestures {
  /** @type {Drag | null} */
  #drag = null;
  /** @type {{at: number, spot: Spot}} */
  #tap = { at: -Infinity, spot: { x: 0, y: 0 } };

  /** @param {HTMLElement} surface @param {Editor} editor @param {Surroundings} around */
  constructor(surface, editor, around) {
    this.surface = surface;
    this.editor = editor;
    this.around = around;
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", () => this.#drop());
    surface.addEventListener("pointerleave", () => this.#drag || this.editor.state.tool !== "polygon" || this.editor.pen.hover(null));
  }

  /** @param {PointerEvent} event @returns {Spot} */
  #spot(event) {
    const box = this.surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  #reach(event) {
    return event.pointerType === "mouse" ? REACH.mouse : REACH.touch;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { editor, around } = this;
    const { active, tool, selected } = editor.state;
    if (!active || this.#drag || event.button !== 0) return;
    event.preventDefault();
    this.surface.setPointerCapture(event.pointerId);
    around.hold(true);
    const from = this.#spot(event);
    const found = tool === "select" ? hit(from, around.outlines(), selected, around.lens(), this.#reach(event)) : null;
    this.#drag = { pointer: event.pointerId, from, last: from, moved: false, key: editor.gesture(), hit: found, points: found ? editor.pointsOf(found.id) : [] };
    if (tool === "select") this.#choose(found);
    else if (tool === "polygon") editor.pen.hover(around.lens().toFrame(from));
    this.#magnify(event, from);
  }

  /** @param {import("./hit.js").Hit | null} found */
  #choose(found) {
    if (!found) return this.editor.select(null);
    const point = found.part === "point" ? found.index : null;
    this.editor.select(found.id, point);
    this.around.focus(found.id, point);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { editor, around } = this;
    const { active, tool } = editor.state;
    const spot = this.#spot(event);
    const drag = this.#drag;
    if (!active) return;
    if (!drag) {
      if (tool === "polygon" && event.pointerType === "mouse") editor.pen.hover(around.lens().toFrame(spot));
      return;
    }
    if (event.pointerId !== drag.pointer) return;
    drag.last = spot;
    drag.moved ||= Math.hypot(spot.x - drag.from.x, spot.y - drag.from.y) >= STILL;
    if (!drag.moved) return;
    if (tool === "select") this.#pull(drag, spot);
    else if (tool === "polygon") editor.pen.hover(around.lens().toFrame(spot));
    else editor.store.set({ draft: this.#form(drag), problem: "" });
    this.#magnify(event, spot);
  }

  /** Moves what was taken by as much as the pointer moved since. @param {Drag} drag @param {Spot} spot */
  #pull(drag, spot) {
    const { editor, around } = this;
    if (!drag.hit) return;
    const { id } = drag.hit;
    const [dx, dy] = around.lens().delta(spot.x - drag.from.x, spot.y - drag.from.y);
    if (drag.hit.part === "middle") {
      if (!editor.addPoint(id, drag.hit.index, undefined, drag.key)) return;
      drag.hit = { id, part: "point", index: drag.hit.index + 1 };
      drag.points = editor.pointsOf(id);
      around.focus(id, drag.hit.index);
    }
    const { part, index } = drag.hit;
    const [x, y] = part === "point" ? drag.points[index] : [0, 0];
    const now = editor.pointsOf(id);
    // Always from where it began: rounding and refused places must not add up.
    if (part === "point") editor.move(id, index, x + dx - now[index][0], y + dy - now[index][1], drag.key);
    else editor.move(id, null, drag.points[0][0] + dx - now[0][0], drag.points[0][1] + dy - now[0][1], drag.key);
  }

  /** @param {Drag} drag @returns {Point[]} */
  #form({ from, last }) {
    const lens = this.around.lens();
    const [a, b] = [lens.toFrame(from), lens.toFrame(last)];
    return this.editor.state.tool === "rectangle" ? rectangle(a, b) : [a, b];
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.pointer) return;
    const { editor, around } = this;
    const { tool } = editor.state;
    const spot = this.#spot(event);
    this.#drag = null;
    around.hold(false);
    around.magnify(null);
    if (tool === "select") return editor.settle();
    if (tool === "polygon") return this.#place(spot, event);
    if (drag.moved) editor.pen.add(tool, this.#form({ ...drag, last: spot }));
    else editor.pen.addReady(around.lens().toFrame(spot));
    editor.store.set({ draft: [] });
    this.#focusSelected();
  }

  /** A corner of the polygon; its first one again, or a double click, closes it. @param {Spot} spot @param {PointerEvent} event */
  #place(spot, event) {
    const { editor, around } = this;
    const { draft } = editor.state;
    const { at, spot: before } = this.#tap;
    const double = event.timeStamp - at < DOUBLE_MS && Math.hypot(before.x - spot.x, before.y - spot.y) <= this.#reach(event);
    this.#tap = { at: event.timeStamp, spot };
    const first = draft.length ? around.lens().toStage(draft[0]) : null;
    const closes = first !== null && draft.length >= 3 && Math.hypot(first.x - spot.x, first.y - spot.y) <= this.#reach(event);
    if (closes || (double && draft.length >= 3)) {
      if (editor.pen.finish()) this.#focusSelected();
    } else editor.pen.extend(around.lens().toFrame(spot));
  }

  #focusSelected() {
    const { selected } = this.editor.state;
    if (selected) this.around.focus(selected, null);
  }

  #drop() {
    this.#drag = null;
    this.around.hold(false);
    this.around.magnify(null);
    this.editor.settle();
  }

  /** @param {PointerEvent} event @param {Spot} spot */
  #magnify(event, spot) {
    if (event.pointerType === "mouse") return;
    const { tool, rejected } = this.editor.state;
    const found = this.#drag?.hit;
    if (tool !== "select") this.around.magnify(this.around.lens().toFrame(spot));
    // The point itself, which may lie beside the finger that took it.
    else if (found?.part === "point") this.around.magnify((rejected ?? this.editor.pointsOf(found.id))[found.index]);
  }
}
