/** The pen of the editor: which form is drawn, and a polygon on its way. */
import { t } from "../ui/words.js";
import { isSimple, mayGoOn, samePoint } from "./geometry.js";
import { numbered } from "./names.js";
import { MAX_POINTS, MAX_SHAPES, freeColour, makeShape, ready, tidy, withShape } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./editor.js").Tool} Tool
 * @typedef {import("./geometry.js").Point} Point
 */

export const CROSSES = t("An outline must not cross or touch itself.");

export class Pen {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
  }

  /** @param {Tool} tool */
  use(tool) {
    const full = tool !== "select" && this.editor.state.plan.shapes.length >= MAX_SHAPES;
    this.editor.store.set({ tool: full ? "select" : tool, draft: [], cursor: null, rejected: null, problem: full ? t("A camera has at most {n} zones and lines.", { n: MAX_SHAPES }) : "" });
    if (tool !== "select") this.editor.select(null);
  }

  /** @param {"rectangle" | "polygon" | "line"} tool @param {Point[]} points @returns {boolean} whether it could be */
  add(tool, points) {
    const { plan } = this.editor.state;
    const kind = tool === "line" ? "line" : "zone";
    const tidied = points.map(tidy);
    if (kind === "zone" ? !isSimple(tidied) : samePoint(tidied[0], tidied[1])) {
      this.editor.store.set({ rejected: tidied, problem: kind === "zone" ? CROSSES : t("A line has two different points.") });
      return false;
    }
    const name = numbered(kind === "line" ? t("Line") : t("Zone"), plan.shapes);
    const shape = makeShape(kind, this.editor.makeId(), name, freeColour(plan.shapes), tidied);
    this.editor.store.set({ tool: "select", draft: [], cursor: null, rejected: null, problem: "" });
    this.editor.change(withShape(plan, shape));
    this.editor.store.set({ selected: shape.id, point: null, said: t("{name} drawn", { name }) });
    return true;
  }

  /** Draw an exclusion zone. @param {Point[]} points @returns {boolean} whether there is room for one more */
  exclude(points) {
    const { plan } = this.editor.state;
    if (plan.shapes.length >= MAX_SHAPES) return false;
    const shape = makeShape("zone", this.editor.makeId(), numbered(t("Excluded"), plan.shapes), freeColour(plan.shapes), points);
    this.editor.change(withShape(plan, { .../** @type {import("./shape.js").Zone} */ (shape), counts: false }));
    this.editor.store.set({ said: t("{name} drawn", { name: shape.name }) });
    return true;
  }

  /** A shape of the usual size, by a tap or by key. @param {Point} [centre] */
  addReady(centre = [0.5, 0.5]) {
    const { tool } = this.editor.state;
    if (tool !== "select") this.add(tool, ready(tool, centre));
  }

  /** The next point of a polygon. @param {Point} at @returns {boolean} whether it could be there */
  extend(at) {
    const { draft } = this.editor.state;
    const point = tidy(at);
    if (draft.length >= MAX_POINTS) return this.editor.refuse([...draft, point], t("A zone has at most {n} points.", { n: MAX_POINTS }));
    if (!mayGoOn(draft, point)) return this.editor.refuse([...draft, point], CROSSES);
    this.editor.store.set({ draft: [...draft, point], cursor: null, rejected: null, problem: "" });
    return true;
  }

  /** Where the pointer is: shows at once whether the next point could be there. @param {Point | null} at */
  hover(at) {
    const { draft } = this.editor.state;
    const fits = !at || mayGoOn(draft, tidy(at));
    this.editor.store.set({ cursor: at && tidy(at), rejected: fits || !at ? null : [...draft, tidy(at)], problem: fits ? "" : CROSSES });
  }

  /** @returns {boolean} whether the polygon is complete */
  finish() {
    const { draft } = this.editor.state;
    if (draft.length < 3) {
      this.editor.store.set({ problem: t("A zone has at least 3 points.") });
      return false;
    }
    return this.add("polygon", draft);
  }
}
