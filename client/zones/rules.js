/** Which numbers a zone's settings may have, in the words of the form; the server has the same rules. Pure. */
import { t } from "../ui/words.js";

/** @typedef {import("./shape.js").Limits} Limits */

const MAX_SECONDS = 3600;

/** @param {string} text of a number field @returns {number | null} null when it is empty; NaN when it is no number */
export function parseNumber(text) {
  const trimmed = text.trim().replace(",", ".");
  return trimmed === "" ? null : Number(trimmed);
}

/** @param {number | null} value */
export function secondsProblem(value) {
  return value !== null && Number.isFinite(value) && value >= 0 && value <= MAX_SECONDS ? "" : t("0 to {n} seconds.", { n: MAX_SECONDS });
}

/** @param {number | null} value a share, 0 to below 1 */
export function shareProblem(value) {
  return value !== null && Number.isFinite(value) && value >= 0 && value < 1 ? "" : t("0 to 99 %.");
}

/** @param {number | null} value */
export function limitProblem(value) {
  return value === null || (Number.isFinite(value) && value > 0) ? "" : t("A number above 0.");
}

/** @param {number | null} warning @param {number | null} critical */
export function orderProblem(warning, critical) {
  return warning !== null && critical !== null && warning >= critical ? t("The warning must be below the critical limit.") : "";
}

/** @param {number | null} value metres */
export function metresProblem(value) {
  return value !== null && Number.isFinite(value) && value > 0 && value <= 10000 ? "" : t("Above 0 and at most 10,000 metres.");
}

/** @param {Limits} limits */
export function isSet({ warning, critical }) {
  return warning !== null || critical !== null;
}
