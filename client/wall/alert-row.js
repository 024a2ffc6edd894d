/** One alert of the wall: what it is, who has it, and how to take it; in parts that change by themselves. */
import { peakText } from "../alerts/words.js";
import { formatSpan } from "../core/format.js";
import { element, icon } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
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

/** Who has it, in words. @param {RoomAlert} alert */
function taken({ acknowledged_by: by, claimed_by: claimed, note }) {
  if (by) return element("p", { class: "alert-taken" }, icon("check"), note ? t("Acknowledged by {who}: {note}", { who: by, note }) : t("Acknowledged by {who}", { who: by }));
  return claimed ? element("p", { class: "alert-taken" }, icon("hand"), t("{who} looks after it", { who: claimed })) : null;
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

/** @param {RoomAlert} alert @returns {string} how long and how many, which keeps changing */
export function courseText(alert) {
  const { began_at: began, ended_at: ended, interrupted } = alert;
  const span = ended ? formatSpan(Date.parse(ended) - Date.parse(began)) : "";
  const over = interrupted ? t("not watched any more after {span}", { span }) : t("over after {span}", { span });
  const lasted = ended ? over : t("active");
  return ` · ${lasted} · ${t("peak {amount}", { amount: peakText(alert) })}`;
}

/** @param {RoomAlert} alert @param {AlertActions} actions */
function head(alert, actions) {
  const { level, camera } = alert;
  const mark = element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVELS[level]);
  const name = element(camera ? "button" : "span", { class: "alert-place", type: camera ? "button" : undefined }, placeOf(alert));
  if (camera) name.addEventListener("click", () => actions.show(camera.id));
  return element("div", { class: "card-line" }, element("h3", { class: "card-name" }, name), mark);
}

/** @param {RoomAlert} alert @param {boolean} mayTake @param {AlertActions} actions @returns {import("../ui/keyed-list.js").Entry} */
export function alertEntry(alert, mayTake, actions) {
  const { id, level, began_at: began, ended_at: ended, acknowledged_by: by, claimed_by: claimed } = alert;
  const place = [placeOf(alert), alert.camera?.id];
  const course = courseText(alert);
  const parts = [
    { shows: JSON.stringify([level, place]), make: () => head(alert, actions) },
    { shows: JSON.stringify([began, course]), make: () => element("p", { class: "alert-when" }, timeOf(began), element("span", { class: "alert-course" }, course)) },
    { shows: JSON.stringify([by, claimed, alert.note]), make: () => taken(alert) },
    { shows: JSON.stringify([place, !by && mayTake, !claimed && !ended]), make: () => (mayTake && !by ? answer(alert, actions) : null) },
  ];
  return { key: id, attributes: { class: ended ? "alert-card" : "alert-card is-open", "data-alert": id, "data-level": level }, parts };
}
