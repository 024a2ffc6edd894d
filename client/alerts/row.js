/** One alert of the list, in parts that change by themselves. */
import { formatSpan } from "../core/format.js";
import { serverClock } from "../ui/clock.js";
import { element, icon, withNodes } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { LEVEL_WORDS, peakText } from "./words.js";

/**
 * @typedef {object} AlertRecord
 * @property {string} id
 * @property {{id: string, name: string}} zone
 * @property {"people" | "density" | "dwell"} figure
 * @property {"warning" | "critical"} level the worst
 * @property {string} began_at ISO 8601
 * @property {string | null} ended_at
 * @property {boolean} interrupted it ended because it was not watched any more
 * @property {number} peak
 * @property {string} peak_at
 * @property {boolean} estimated whether the peak is an estimate
 * @property {number | null} peak_low it lies between them about nine times in ten
 * @property {number | null} peak_high
 * @property {string | null} acknowledged_at
 * @property {string | null} acknowledged_by
 * @property {string} note
 * @property {boolean} still whether there is a picture of its beginning
 *
 * @typedef {object} RowActs
 * @property {(id: string, note: string) => void} acknowledge
 * @property {((id: string) => void) | null} deleteStill null for those who may not
 */

/** @param {string} iso */
function moment(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date(serverClock.now()).toDateString();
  const text = at.toLocaleString(locale, today ? { hour: "2-digit", minute: "2-digit", second: "2-digit" } : { dateStyle: "short", timeStyle: "short" });
  return element("time", { datetime: iso, title: at.toLocaleString(locale, { dateStyle: "full", timeStyle: "long" }) }, text);
}

/** @param {AlertRecord} alert */
function since({ began_at: began, ended_at: ended, interrupted }) {
  const span = ended ? formatSpan(Date.parse(ended) - Date.parse(began)) : "";
  const over = interrupted ? t("Since {time} · not watched any more after {span}", { span }) : t("Since {time} · for {span}", { span });
  return element("p", { class: "alert-when" }, ...withNodes(ended ? over : t("Since {time} · active"), { time: moment(began) }));
}

/** @param {AlertRecord} alert */
function worst(alert) {
  return element("p", { class: "alert-peak" }, ...withNodes(t("Peak {amount} at {time}", { amount: peakText(alert) }), { time: moment(alert.peak_at) }));
}

/** @param {AlertRecord} alert @param {(id: string, note: string) => void} acknowledge */
function answer({ id, zone, acknowledged_at: at, acknowledged_by: by, note }, acknowledge) {
  if (at) {
    const said = t("Acknowledged by {name} at {time}", { name: by ?? t("a user") });
    return element("p", { class: "alert-taken" }, icon("check"), ...withNodes(said, { time: moment(at) }), note ? `: ${note}` : "");
  }
  const input = element("input", { type: "text", maxlength: "500", id: `note-${id}`, autocomplete: "off" });
  const label = element("label", { for: `note-${id}` }, t("Note on {zone}, if any", { zone: zone.name }));
  const form = element("form", { class: "alert-answer" }, label, element("div", { class: "copy-row" }, input, element("button", { class: "button button-primary" }, t("Acknowledge"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    acknowledge(id, input.value);
  });
  return form;
}

/** The picture of its beginning. @param {AlertRecord} alert @param {RowActs["deleteStill"]} remove */
function picture({ id, zone }, remove) {
  const src = `/api/alerts/${encodeURIComponent(id)}/still`;
  const image = element("img", { src, loading: "lazy", alt: t("The picture when the alert of {zone} began", { zone: zone.name }) });
  const figure = element("figure", { class: "alert-still" }, element("a", { href: src, target: "_blank" }, image));
  if (remove) {
    const button = element("button", { type: "button", class: "button" }, icon("trash-2"), t("Delete the picture"));
    button.addEventListener("click", () => remove(id));
    figure.append(button);
  }
  return figure;
}

/** @param {AlertRecord} alert */
function head({ level, zone }) {
  const mark = element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVEL_WORDS[level]);
  return element("div", { class: "card-line" }, element("h3", { class: "card-name" }, zone.name), mark);
}

/** @param {AlertRecord} alert @param {RowActs} acts @returns {import("../ui/keyed-list.js").Entry} */
export function alertEntry(alert, { acknowledge, deleteStill }) {
  const { id, level, zone, still } = alert;
  const parts = [
    { shows: JSON.stringify([level, zone]), make: () => head(alert) },
    { shows: JSON.stringify([alert.began_at, alert.ended_at, alert.interrupted]), make: () => since(alert) },
    { shows: JSON.stringify([alert.figure, alert.peak, alert.peak_at, alert.estimated, alert.peak_low, alert.peak_high]), make: () => worst(alert) },
    { shows: JSON.stringify([still, zone.name, deleteStill !== null]), make: () => (still ? picture(alert, deleteStill) : null) },
    { shows: JSON.stringify([zone.name, alert.acknowledged_at, alert.acknowledged_by, alert.note]), make: () => answer(alert, acknowledge) },
  ];
  return { key: id, attributes: { class: alert.ended_at ? "alert-card" : "alert-card is-open", "data-alert": id, "data-level": level }, parts };
}
