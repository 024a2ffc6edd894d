/** The limits of a zone: when to warn, and how quickly. */
import { byId, setText } from "../ui/dom.js";
import { numberField } from "./fields.js";
import { isSet, limitProblem, orderProblem, secondsProblem, shareProblem } from "./rules.js";
import { DEFAULT_LIMITS, FIGURES } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./shape.js").Figure} Figure
 * @typedef {import("./shape.js").Limits} Limits
 * @typedef {import("./shape.js").Zone} Zone
 * @typedef {"hold_s" | "clear_s" | "cooldown_s" | "hysteresis"} Manner
 */

const MANNERS = /** @type {const} */ ({ hold_s: "limit-hold", clear_s: "limit-clear", cooldown_s: "limit-cooldown", hysteresis: "limit-hysteresis" });

/** The manner of a zone's limits: one for all of them in this form. @param {Zone} zone @returns {Limits} */
function manner(zone) {
  return FIGURES.map((figure) => zone.limits[figure]).find((limits) => limits !== null) ?? DEFAULT_LIMITS;
}

/** @param {Zone} zone @param {Figure} figure @param {"warning" | "critical"} level @param {number | null} value @returns {Zone} */
export function withLimit(zone, figure, level, value) {
  const changed = { ...(zone.limits[figure] ?? { ...manner(zone), warning: null, critical: null }), [level]: value };
  return { ...zone, limits: { ...zone.limits, [figure]: isSet(changed) ? changed : null } };
}

/** @param {Zone} zone @param {Manner} name @param {number} value @returns {Zone} */
export function withManner(zone, name, value) {
  const limits = /** @type {Zone["limits"]} */ (Object.fromEntries(FIGURES.map((figure) => [figure, zone.limits[figure] && { ...zone.limits[figure], [name]: value }])));
  return { ...zone, limits };
}

/** @param {Editor} editor @returns {Zone | null} */
function chosen(editor) {
  const shape = editor.selected;
  return shape?.kind === "zone" ? shape : null;
}

/** @param {Editor} editor @param {Figure} figure @param {"warning" | "critical"} level */
function limitField(editor, figure, level) {
  const problem = (/** @type {number | null} */ value) => {
    const limits = chosen(editor)?.limits[figure] ?? DEFAULT_LIMITS;
    const [warning, critical] = level === "warning" ? [value, limits.critical] : [limits.warning, value];
    return limitProblem(value) || orderProblem(warning, critical);
  };
  return numberField(`${figure}-${level}`, problem, (value) => {
    const zone = chosen(editor);
    if (zone) editor.update(withLimit(zone, figure, level, value), `${figure} ${level} ${zone.id}`);
  });
}

/** @param {Editor} editor @returns {(zone: Zone, size: import("./ground.js").Size, refused: string) => void} */
export function limitsForm(editor) {
  const rows = FIGURES.map((figure) => ({ figure, warning: limitField(editor, figure, "warning"), critical: limitField(editor, figure, "critical") }));
  const manners = Object.entries(MANNERS).map(([key, id]) => {
    const name = /** @type {Manner} */ (key);
    const percent = name === "hysteresis";
    const problem = (/** @type {number | null} */ value) => (percent ? shareProblem(value === null ? null : value / 100) : secondsProblem(value));
    const field = numberField(id, problem, (value) => {
      const zone = chosen(editor);
      if (zone && value !== null) editor.update(withManner(zone, name, percent ? value / 100 : value), `${name} ${zone.id}`);
    });
    return { name, percent, field };
  });
  const error = byId("limits-error", HTMLElement);
  return (zone, size, refused) => {
    const known = size === "known";
    for (const { figure, warning, critical } of rows) {
      const limits = zone.limits[figure] ?? DEFAULT_LIMITS;
      warning.show(limits.warning, zone.id);
      critical.show(limits.critical, zone.id);
      warning.enable(figure !== "density" || known || limits.warning !== null);
      critical.enable(figure !== "density" || known || limits.critical !== null);
    }
    const values = manner(zone);
    const any = FIGURES.some((figure) => zone.limits[figure] !== null);
    for (const { name, percent, field } of manners) {
      field.show(percent ? Math.round(values[name] * 1000) / 10 : values[name], zone.id);
      field.enable(any);
    }
    byId("density-note", HTMLElement).hidden = size !== "none";
    byId("density-horizon", HTMLElement).hidden = size !== "horizon";
    setText(error, refused);
    error.hidden = !refused;
  };
}
