/** One alert of the wall: what it is, who has it, and how to take it. */
import { amountText } from "../alerts/words.js";
import { formatSpan } from "../core/format.js";
import { element, icon } from "../site/dom.js";
import { locale, t } from "../site/words.js";
import { LEVELS } from "./words.js";

/**
 * @typedef {import("./types.js").RoomAlert} RoomAlert
 *
 * @typedef {object} AlertActions
 * @property {(alert: RoomAlert) => void} claim
 * @property {(alert: RoomAlert, note: string) => void} acknowledge
 * @property {(camera: string) => void} show
 */

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @param {string} iso */
export function timeOf(iso) {
  return element("time", { datetime: iso, title: new Date(iso).toLocaleString(locale) }, clock.format(new Date(iso)));
}

/** @param {RoomAlert} alert */
export function placeOf({ zone, camera, area }) {
  if (area) return area.name;
  return camera && zone ? `${zone.name} · ${camera.name}` : (zone?.name ?? camera?.name ?? "");
}

/** Who has it, in words. @param {RoomAlert} alert @returns {HTMLElement[]} */
function takenBy({ acknowledged_by: by, claimed_by: claimed, note }) {
  if (by) return [element("p", { class: "alert-taken" }, icon("check"), note ? t("Acknowledged by {who}: {note}", { who: by, note }) : t("Acknowledged by {who}", { who: by }))];
  return claimed ? [element("p", { class: "alert-taken" }, icon("hand"), t("{who} looks after it", { who: claimed }))] : [];
}

/** @param {RoomAlert} alert @param {AlertActions} actions */
function answer(alert, actions) {
  const { id, claimed_by: claimed, ended_at: ended } = alert;
  const input = element("input", { type: "text", maxlength: "500", id: `note-${id}`, autocomplete: "off", placeholder: t("Note, if any"), "aria-label": t("Note on {place}, if any", { place: placeOf(alert) }) });
  const claim = element("button", { type: "button", class: "button" }, icon("hand"), t("I look after it"));
  claim.addEventListener("click", () => actions.claim(alert));
  const form = element("form", { class: "alert-answer" }, input, element("div", { class: "actions" }, ...(claimed || ended ? [] : [claim]), element("button", { class: "button button-primary" }, t("Acknowledge"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.acknowledge(alert, input.value);
  });
  return form;
}

/** @param {RoomAlert} alert @returns {string} how long and how many, which goes on changing */
export function courseText({ began_at: began, ended_at: ended, figure, peak }) {
  const lasted = ended ? t("over after {span}", { span: formatSpan(Date.parse(ended) - Date.parse(began)) }) : t("going on");
  return ` · ${lasted} · ${t("at most {amount}", { amount: amountText(figure, peak) })}`;
}

/** @param {RoomAlert} alert @param {boolean} mayTake @param {AlertActions} actions @returns {HTMLLIElement} */
export function alertRow(alert, mayTake, actions) {
  const { level, ended_at: ended, began_at: began, camera } = alert;
  const mark = element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVELS[level]);
  const name = element(camera ? "button" : "span", { class: "alert-place", type: camera ? "button" : undefined }, placeOf(alert));
  if (camera) name.addEventListener("click", () => actions.show(camera.id));
  const row = element(
    "li",
    { class: ended ? "alert-card" : "alert-card is-open", "data-alert": alert.id, "data-level": level },
    element("div", { class: "card-line" }, element("h3", { class: "card-name" }, name), mark),
    element("p", { class: "alert-when" }, timeOf(began), element("span", { class: "alert-course" }, courseText(alert))),
  );
  row.append(...takenBy(alert));
  if (mayTake && !alert.acknowledged_by) row.append(answer(alert, actions));
  return row;
}
