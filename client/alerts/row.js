/** One alert of the list. */
import { formatSpan } from "../core/format.js";
import { element, icon } from "../site/dom.js";
import { LEVEL_WORDS, amountText } from "./words.js";

/**
 * @typedef {object} AlertRecord
 * @property {string} id
 * @property {{id: string, name: string}} zone
 * @property {"people" | "density" | "dwell"} figure
 * @property {"warning" | "critical"} level the worst
 * @property {string} began_at ISO 8601
 * @property {string | null} ended_at
 * @property {number} peak
 * @property {string} peak_at
 * @property {string | null} acknowledged_at
 * @property {string | null} acknowledged_by
 * @property {string} note
 */

/** @param {string} iso */
function moment(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const text = at.toLocaleString(undefined, today ? { hour: "2-digit", minute: "2-digit", second: "2-digit" } : { dateStyle: "short", timeStyle: "short" });
  return element("time", { datetime: iso, title: at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" }) }, text);
}

/** @param {AlertRecord} alert */
function facts({ began_at: began, ended_at: ended, figure, peak, peak_at: peakAt }) {
  const lasted = ended ? ` · for ${formatSpan(Date.parse(ended) - Date.parse(began))}` : "";
  return [
    element("p", { class: "alert-when" }, "Since ", moment(began), ended ? lasted : " · going on"),
    element("p", { class: "alert-peak" }, `Peak ${amountText(figure, peak)} at `, moment(peakAt)),
  ];
}

/** @param {AlertRecord} alert @param {(id: string, note: string) => void} acknowledge */
function answer({ id, zone, acknowledged_at: at, acknowledged_by: by, note }, acknowledge) {
  if (at) return element("p", { class: "alert-taken" }, icon("check"), `Acknowledged by ${by ?? "somebody"} at `, moment(at), note ? `: ${note}` : "");
  const input = element("input", { type: "text", maxlength: "500", id: `note-${id}`, autocomplete: "off" });
  const label = element("label", { for: `note-${id}` }, `Note on ${zone.name}, if any`);
  const form = element("form", { class: "alert-answer" }, label, element("div", { class: "copy-row" }, input, element("button", { class: "button button-primary" }, "Acknowledge")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    acknowledge(id, input.value);
  });
  return form;
}

/** @param {AlertRecord} alert @param {(id: string, note: string) => void} acknowledge @returns {HTMLLIElement} */
export function alertRow(alert, acknowledge) {
  const { level, ended_at: ended } = alert;
  const mark = element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVEL_WORDS[level]);
  const head = element("div", { class: "card-line" }, element("h3", { class: "card-name" }, alert.zone.name), mark);
  return element("li", { class: ended ? "alert-card" : "alert-card is-open", "data-alert": alert.id, "data-level": level }, head, ...facts(alert), answer(alert, acknowledge));
}
