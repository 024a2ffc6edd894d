/** The size of the ground: which points, and how far they lie from each other. */
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { GROUND } from "./shape.js";
import { complain, numberField } from "./fields.js";
import { asRectangle, groundRectangle } from "./ground.js";
import { metresProblem } from "./rules.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./geometry.js").Point} Point
 */

/** As a path that leads away from the camera looks. @type {Point[]} */
const FOUR = [[0.38, 0.45], [0.62, 0.45], [0.78, 0.85], [0.22, 0.85]];
/** @type {Point[]} */
const TWO = [[0.3, 0.6], [0.7, 0.6]];

const HOW_FOUR = t("Put the four points on the corners of a rectangle on the ground, such as paving, a pitch or a doorway: 1 and 2 at the far side. Then say how long its sides are.");
const HOW_TWO = t("Put the two points on a known distance. Right only for a camera that looks straight down.");
const HOW_FREE = t("These four places come from a file. New side lengths replace them.");

/** @param {Editor} editor @returns {(refused: string) => void} */
export function groundForm(editor) {
  const begin = (/** @type {import("./shape.js").Calibration} */ calibration) => {
    // A tool that is still in hand would draw where the points are to be dragged.
    editor.pen.use("select");
    editor.calibrate(calibration);
    editor.select(GROUND);
  };
  byId("ground-four", HTMLButtonElement).addEventListener("click", () => begin({ points: FOUR, metres: groundRectangle(4, 6) }));
  byId("ground-two", HTMLButtonElement).addEventListener("click", () => begin({ points: TWO, metres: [[0, 0], [4, 0]] }));
  byId("ground-show", HTMLButtonElement).addEventListener("click", () => editor.select(editor.state.selected === GROUND ? null : GROUND));
  byId("ground-remove", HTMLButtonElement).addEventListener("click", () => editor.remove(GROUND));
  const take = (/** @type {"width" | "depth"} */ side, /** @type {number | null} */ value) => {
    const { calibration } = editor.state.plan;
    if (!calibration || value === null) return;
    const now = asRectangle(calibration.metres) ?? { width: 4, depth: 6 };
    const { width, depth } = side === "width" ? { ...now, width: value } : { ...now, depth: value };
    editor.calibrate({ ...calibration, metres: calibration.points.length === 2 ? [[0, 0], [width, 0]] : groundRectangle(width, depth) }, `ground ${side}`);
  };
  const width = numberField("ground-width", metresProblem, (value) => take("width", value));
  const depth = numberField("ground-depth", metresProblem, (value) => take("depth", value));
  const depthBox = /** @type {HTMLElement} */ (byId("ground-depth", HTMLInputElement).closest(".amount"));
  const show = byId("ground-show", HTMLButtonElement);
  return (refused) => {
    const { plan, selected } = editor.state;
    const { calibration } = plan;
    byId("ground-add", HTMLElement).hidden = calibration !== null;
    byId("ground-note", HTMLElement).hidden = calibration !== null;
    byId("ground-fields", HTMLElement).hidden = calibration === null;
    if (!calibration) return;
    const { metres } = calibration;
    const four = metres.length === 4;
    const sides = four ? asRectangle(metres) : { width: Math.hypot(metres[1][0] - metres[0][0], metres[1][1] - metres[0][1]), depth: 0 };
    setText(byId("ground-how", HTMLElement), !four ? HOW_TWO : sides ? HOW_FOUR : HOW_FREE);
    depthBox.hidden = !four;
    width.show(sides?.width ?? null);
    depth.show(sides && four ? sides.depth : null);
    show.setAttribute("aria-pressed", String(selected === GROUND));
    setText(show, selected === GROUND ? t("Points are in place") : t("Move the points"));
    if (refused) complain("ground-width", refused);
  };
}
