/** The Zones tab: tools, what to do next, how saving stands, and the list. */
import { byId, element, icon, setAttribute, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { labelOf } from "./figures.js";
import { GROUND } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./editor.js").EditorState} EditorState
 * @typedef {import("./editor.js").Tool} Tool
 * @typedef {import("./plan-sync.js").Saver} Saver
 * @typedef {import("./layer.js").Label} Label
 */

const HELP = {
  rectangle: t("Drag from corner to corner on the picture, or tap once."),
  polygon: t("Tap corner by corner. The first corner again, or Enter, closes the outline."),
  line: t("Drag along the line that people cross, or tap once. The arrow points in."),
};

const SAVE_WORDS = { loading: t("Loading"), saved: t("Saved"), waiting: t("Saving"), saving: t("Saving"), failed: t("Not saved"), conflict: t("Not saved") };

/** @param {EditorState} state */
function helpText({ tool, selected, draft, plan }) {
  if (tool === "polygon" && draft.length) return `${tn("{n} corner.", "{n} corners.", draft.length)} ${HELP.polygon}`;
  if (tool !== "select") return HELP[tool];
  if (selected === GROUND) return t("Drag the numbered points onto the ground.");
  if (selected) return t("Drag it or its points; the small dots add points.");
  return plan.shapes.length ? t("Choose a zone in the picture or in the list to change it.") : "";
}

/** @param {Editor} editor @param {(id: string | null) => void} focusShape */
function wireTools(editor, focusShape) {
  for (const button of document.querySelectorAll("[data-tool]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.addEventListener("click", (event) => {
      const tool = /** @type {Tool} */ (button.dataset.tool);
      const again = editor.state.tool === tool;
      editor.pen.use(again ? "select" : tool);
      // A key has no place on the picture to point at: the shape comes at once, in the middle, and is moved by arrows.
      if (event.detail === 0 && !again) {
        editor.pen.addReady();
        focusShape(editor.state.selected);
      }
    });
  }
  byId("zone-undo", HTMLButtonElement).addEventListener("click", () => editor.undo());
  byId("zone-redo", HTMLButtonElement).addEventListener("click", () => editor.redo());
  byId("zone-finish", HTMLButtonElement).addEventListener("click", () => editor.pen.finish());
  byId("zone-cancel", HTMLButtonElement).addEventListener("click", () => editor.pen.use("select"));
}

/** @param {Editor} editor @returns {(state: EditorState, figures: ReadonlyMap<string, Label>) => void} */
function listView(editor) {
  const list = byId("zone-list", HTMLUListElement);
  let signature = "";
  return ({ plan }, figures) => {
    byId("zone-none", HTMLElement).hidden = plan.shapes.length > 0;
    const rows = plan.shapes.map((shape) => ({ id: shape.id, kind: shape.kind, name: shape.name, colour: shape.colour, ...labelOf(shape, figures) }));
    const now = JSON.stringify(rows);
    if (now === signature) return;
    signature = now;
    const focused = document.activeElement?.getAttribute("data-choose-shape");
    list.replaceChildren(
      ...rows.map(({ id, kind, name, colour, level, figure }) => {
        const swatch = element("span", { class: kind === "line" ? "list-swatch list-line" : "list-swatch", "aria-hidden": "true" });
        swatch.style.setProperty("--shape", colour);
        const mark = level === "clear" ? [] : [element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), level === "warning" ? t("Warning") : t("Critical"))];
        const button = element("button", { type: "button", class: "list-row", "data-choose-shape": id }, swatch, element("span", { class: "list-name" }, name), ...mark, element("strong", { class: "digits" }, figure), icon("pencil"));
        button.addEventListener("click", () => editor.select(id));
        return element("li", {}, button);
      }),
    );
    if (focused) for (const button of list.querySelectorAll("button")) if (button.dataset.chooseShape === focused) button.focus();
  };
}

/**
 * @param {Editor} editor @param {Saver} saver @param {(id: string | null) => void} focusShape
 * @returns {(figures: ReadonlyMap<string, Label>) => void}
 */
export function zonePanel(editor, saver, focusShape) {
  wireTools(editor, focusShape);
  const renderList = listView(editor);
  const undo = byId("zone-undo", HTMLButtonElement);
  const redo = byId("zone-redo", HTMLButtonElement);
  const save = byId("zone-save", HTMLElement);
  const help = byId("zone-help", HTMLElement);
  const problem = byId("zone-problem", HTMLElement);
  return (figures) => {
    const { state } = editor;
    const loading = saver.state === "loading";
    for (const button of document.querySelectorAll("[data-tool]")) {
      setAttribute(button, "aria-pressed", String(button.getAttribute("data-tool") === state.tool));
      setAttribute(button, "disabled", loading ? "" : null);
    }
    undo.disabled = !editor.canUndo;
    redo.disabled = !editor.canRedo;
    setAttribute(save, "data-save", saver.state);
    // Every arrow key saves; only what goes wrong is worth hearing.
    setAttribute(save, "aria-live", saver.state === "failed" || saver.state === "conflict" ? "polite" : "off");
    setText(save, saver.state === "failed" ? t("Not saved: {why}", { why: saver.message }) : SAVE_WORDS[saver.state]);
    byId("zone-again", HTMLElement).hidden = saver.state !== "failed";
    setText(help, helpText(state));
    setText(problem, state.problem);
    byId("zone-drawing", HTMLElement).hidden = state.tool === "select";
    byId("zone-finish", HTMLElement).hidden = state.tool !== "polygon" || state.draft.length < 3;
    byId("zone-browse", HTMLElement).hidden = loading || editor.selected !== null;
    setText(byId("zone-said", HTMLElement), state.said);
    renderList(state, figures);
  };
}
