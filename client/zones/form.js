/** The settings of the chosen zone or line. */
import { formatTenth } from "../core/format.js";
import { byId, element, setText } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { complain, numberField, textField } from "./fields.js";
import { areaOnGround, sizeOf } from "./ground.js";
import { limitsForm } from "./limits-form.js";
import { nameProblem } from "./names.js";
import { secondsProblem } from "./rules.js";
import { showService } from "./service.js";
import { PALETTE, isCounted } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./plan-sync.js").Saver} Saver
 * @typedef {import("./shape.js").Shape} Shape
 * @typedef {import("./shape.js").Zone} Zone
 */

const COLOUR_NAMES = [t("Blue"), t("Pink"), t("Cyan"), t("Violet"), t("Sand"), t("White"), t("Indigo"), t("Brown")];
const SECONDS = /** @type {const} */ ({ entry_s: "zone-entry", exit_s: "zone-exit", revisit_s: "zone-revisit" });
const precise = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });

/** @param {Editor} editor @returns {(shape: Shape) => void} */
function colourChoice(editor) {
  const host = byId("zone-colours", HTMLElement);
  const make = (/** @type {string} */ colour, /** @type {string} */ name) => {
    const input = element("input", { type: "radio", name: "zone-colour", value: colour });
    const swatch = element("span", { class: "swatch", title: name }, element("span", { class: "visually-hidden" }, name));
    swatch.style.setProperty("--shape", colour);
    input.addEventListener("change", () => {
      const shape = editor.selected;
      if (shape) editor.update({ ...shape, colour });
    });
    return element("label", { class: "swatch-choice" }, input, swatch);
  };
  host.append(...PALETTE.map((colour, i) => make(colour, COLOUR_NAMES[i])));
  const custom = element("input", { type: "color", class: "swatch-custom", "aria-label": t("Another colour"), title: t("Another colour") });
  custom.addEventListener("input", () => {
    const shape = editor.selected;
    if (shape) editor.update({ ...shape, colour: custom.value }, `colour ${shape.id}`);
  });
  host.append(custom);
  return ({ colour }) => {
    for (const input of host.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = input.value === colour;
    }
    if (custom.value !== colour) custom.value = colour;
  };
}

/** @param {Editor} editor */
function timeFields(editor) {
  return Object.entries(SECONDS).map(([key, id]) => {
    const name = /** @type {keyof typeof SECONDS} */ (key);
    const field = numberField(id, secondsProblem, (value) => {
      const shape = editor.selected;
      if (shape?.kind === "zone" && value !== null) editor.update({ ...shape, [name]: value }, `${name} ${shape.id}`);
    });
    return (/** @type {Zone} */ zone) => field.show(zone[name], zone.id);
  });
}

/** @param {Zone} zone @param {import("./shape.js").Calibration | null} calibration @param {number} aspect */
export function areaText(zone, calibration, aspect) {
  if (!calibration) return "–";
  const square = areaOnGround(zone.points, calibration, aspect);
  return square === null ? t("reaches above the horizon") : `${square < 10 ? precise.format(square) : formatTenth(square)} m²`;
}

/** @param {Editor} editor */
function wireButtons(editor) {
  const onClick = (/** @type {string} */ id, /** @type {(shape: Shape) => void} */ act) =>
    byId(id, HTMLButtonElement).addEventListener("click", () => {
      const shape = editor.selected;
      if (shape) act(shape);
    });
  onClick("zone-duplicate", ({ id }) => editor.duplicate(id));
  onClick("zone-delete", ({ id }) => {
    editor.remove(id);
    byId("zone-undo", HTMLButtonElement).focus();
  });
  onClick("line-turn", (shape) => editor.update({ ...shape, points: [...shape.points].reverse() }));
  byId("zone-back", HTMLButtonElement).addEventListener("click", () => editor.select(null));
}

/** What a zone or a line counts. @param {Editor} editor @returns {(shape: Shape) => void} */
function countChoice(editor) {
  const counts = byId("zone-counts", HTMLSelectElement);
  const mode = byId("line-mode", HTMLSelectElement);
  counts.addEventListener("change", () => {
    const shape = editor.selected;
    if (shape?.kind === "zone") editor.update({ ...shape, counts: counts.value === "yes" });
  });
  mode.addEventListener("change", () => {
    const shape = editor.selected;
    if (shape?.kind === "line") editor.update({ ...shape, mode: /** @type {import("./shape.js").LineMode} */ (mode.value) });
  });
  return (shape) => {
    byId("zone-counting", HTMLElement).hidden = !isCounted(shape);
    byId("zone-counts-hint", HTMLElement).hidden = isCounted(shape);
    if (shape.kind === "zone") counts.value = shape.counts ? "yes" : "no";
    else mode.value = shape.mode;
  };
}

/**
 * @param {Editor} editor
 * @param {Saver} saver
 * @returns {(aspect: number, live: import("../live/protocol.js").ZoneResult | undefined) => void}
 */
export function zoneForm(editor, saver) {
  const form = byId("zone-form", HTMLFormElement);
  form.addEventListener("submit", (event) => event.preventDefault());
  wireButtons(editor);
  const renderName = textField(
    "zone-name",
    (text) => nameProblem(text, editor.state.selected ?? "", editor.state.plan.shapes),
    (name) => {
      const shape = editor.selected;
      if (shape) editor.update({ ...shape, name: name.trim() }, `name ${shape.id}`);
    },
  );
  const renderColour = colourChoice(editor);
  const renderTimes = timeFields(editor);
  const renderLimits = limitsForm(editor);
  const renderCounts = countChoice(editor);
  const anchor = byId("zone-anchor", HTMLSelectElement);
  anchor.addEventListener("change", () => {
    const shape = editor.selected;
    if (shape?.kind === "zone") editor.update({ ...shape, anchor: /** @type {Zone["anchor"]} */ (anchor.value) });
  });
  let owner = "";
  return (aspect, live) => {
    const shape = editor.selected;
    form.hidden = shape === null;
    if (!shape) {
      owner = "";
      return;
    }
    if (shape.id !== owner) {
      // A half-typed name belonged to another one.
      owner = shape.id;
      complain("zone-name", "");
      byId("zone-name", HTMLInputElement).value = shape.name;
    }
    renderName(shape.name);
    if (saver.state === "failed" && (saver.code === "NAME_TAKEN" || saver.code === "BAD_NAME")) complain("zone-name", saver.message);
    renderColour(shape);
    for (const part of form.querySelectorAll("[data-for]")) if (part instanceof HTMLElement) part.hidden = part.dataset.for !== shape.kind;
    renderCounts(shape);
    if (shape.kind !== "zone") return;
    const { calibration } = editor.state.plan;
    anchor.value = shape.anchor;
    for (const render of renderTimes) render(shape);
    renderLimits(shape, sizeOf(shape.points, calibration, aspect), saver.state === "failed" && saver.code === "BAD_LIMIT" ? saver.message : "");
    setText(byId("zone-area", HTMLElement), areaText(shape, calibration, aspect));
    setText(byId("zone-density", HTMLElement), live?.density === null || live?.density === undefined ? "–" : `${live.crowd ? "≈\u00a0" : ""}${precise.format(live.density)}`);
    showService(byId("zone-service", HTMLElement), live?.service);
  };
}
