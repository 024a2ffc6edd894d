/** The zone editor by keyboard. */
import { locale, t } from "../ui/words.js";
import { GROUND } from "./shape.js";

/** @typedef {import("./editor.js").Editor} Editor */

/** Of the frame; about two pixels of a phone's picture. */
const STEP = 0.005;
const LEAP = 0.05;

const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** What is listed under `?`. */
export const EDITOR_KEYS = [
  { shown: t("Tab"), does: t("Zones: next zone, line or point") },
  { shown: t("Arrows"), does: t("Zones: move it; with Shift farther") },
  { shown: t("Enter"), does: t("Zones: to the points; close a polygon; place a shape") },
  { shown: t("Insert"), does: t("Zones: add a point after this one") },
  { shown: t("Delete"), does: t("Zones: delete the point or the shape") },
  { shown: t("Esc"), does: t("Zones: one step back") },
  { shown: t("Ctrl Z, Ctrl Y"), does: t("Zones: undo, redo") },
];

/** @param {EventTarget | null} target */
function isText(target) {
  return target instanceof Element && target.closest("textarea, select, dialog, input:not([type=range], [type=checkbox], [type=radio])") !== null;
}

/**
 * @param {HTMLElement} surface with the shapes
 * @param {Editor} editor
 * @param {() => boolean} mirrored
 * @param {(id: string, point: number | null) => void} focus
 */
export function wireKeys(surface, editor, mirrored, focus) {
  document.addEventListener("keydown", (event) => {
    if (!editor.state.active || event.defaultPrevented || isText(event.target) || event.altKey) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) editor.redo();
      else editor.undo();
    }
    if (key === "escape" && (editor.state.tool !== "select" || surface.contains(document.activeElement))) editor.cancel();
    if (key === "enter" && event.target === surface) {
      event.preventDefault();
      if (editor.state.draft.length) editor.pen.finish();
      else editor.pen.addReady();
      const { selected } = editor.state;
      if (selected) focus(selected, null);
    }
  });
  surface.addEventListener("keydown", (event) => {
    const { selected, point, active } = editor.state;
    if (!active || !selected || event.target === surface || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const size = event.shiftKey ? LEAP : STEP;
      editor.move(selected, point, arrow[0] * size * (mirrored() ? -1 : 1), arrow[1] * size, `arrows ${selected} ${point}`);
      const [x, y] = editor.pointsOf(selected)[point ?? 0];
      editor.store.set({ said: t("{x} from the left, {y} from the top", { x: percent.format(x), y: percent.format(y) }) });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (point !== null && selected !== GROUND) editor.removePoint(selected, point);
      else editor.remove(selected);
      if (editor.state.selected) focus(selected, editor.state.point);
      else surface.focus();
    } else if (event.key === "Enter" && point === null) {
      editor.select(selected, 0);
      focus(selected, 0);
    } else if ((event.key === "Insert" || event.key === "+") && point !== null) {
      if (editor.addPoint(selected, point)) focus(selected, point + 1);
    } else if (event.key === "Escape" && point !== null) focus(selected, null);
    else return;
    event.preventDefault();
  });
}
