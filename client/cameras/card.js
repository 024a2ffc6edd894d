/** One camera of the list. */
import { formatCount, formatSpan } from "../core/format.js";
import { numberText, wordText } from "../core/number-words.js";
import { peakText, peopleOf } from "../core/people.js";
import { element, icon } from "../ui/dom.js";
import { locale, t, tn } from "../ui/words.js";

/** @typedef {import("./types.js").Camera} Camera */

/**
 * @typedef {object} CardActions
 * @property {(camera: Camera) => void} rename
 * @property {(camera: Camera) => void} remove
 */

/** @param {number} ms */
function ago(ms) {
  return ms < 10000 ? t("just now") : t("{span} ago", { span: formatSpan(ms) });
}

/** @param {import("../core/people.js").People} people */
function countWords(people) {
  return people.state === "counted" && people.value !== null ? tn("person now", "people now", people.value) : wordText(people);
}

/** @param {Camera} camera @param {number} now ms since 1970 @returns {Node[]} */
function facts(camera, now) {
  if (camera.live) {
    const { peak, crowd_peak: crowdPeak, unique, seconds } = camera.live;
    const people = peopleOf({ ...camera.live, low: camera.live.count_low, high: camera.live.count_high });
    const known = people.state === "counted" || people.state === "estimated";
    return [
      element("p", { class: "card-live" }, t("Live")),
      element("p", { class: "card-count", "data-people": known ? people.state : "unknown" }, element("strong", known ? {} : { "aria-hidden": "true" }, numberText(people)), countWords(people)),
      element("p", { class: "card-note" }, unique === null ? t("Peak {peak} · for {span}", { peak: peakText(peak, crowdPeak), span: formatSpan(seconds * 1000) }) : t("Peak {peak} · {unique} so far · for {span}", { peak: peakText(peak, crowdPeak), unique: formatCount(unique), span: formatSpan(seconds * 1000) })),
    ];
  }
  if (camera.last) {
    const { ended_at: ended, peak, unique } = camera.last;
    const when = element("time", { datetime: ended, title: new Date(ended).toLocaleString(locale) }, ago(now - Date.parse(ended)));
    return [
      element("p", { class: "card-note" }, t("Last seen"), " ", when),
      element("p", { class: "card-note" }, unique === null ? t("Peak {peak}", { peak: formatCount(peak) }) : tn("Peak {peak} · {n} person", "Peak {peak} · {n} people", unique, { peak: formatCount(peak) })),
    ];
  }
  return [element("p", { class: "card-note" }, t("Not streamed yet"))];
}

/** @param {string} name @param {string} label @param {() => void} act */
function tool(name, label, act) {
  const button = element("button", { type: "button", class: "button-quiet", title: label }, icon(name), element("span", { class: "visually-hidden" }, label));
  button.addEventListener("click", act);
  return button;
}

/**
 * @param {Camera} camera
 * @param {number} now ms since 1970
 * @param {CardActions} actions
 * @returns {HTMLLIElement}
 */
export function card(camera, now, actions) {
  const link = element("a", { href: `/cameras/${encodeURIComponent(camera.id)}` }, camera.name);
  const tools = element(
    "div",
    { class: "card-tools" },
    tool("pencil", t("Rename {name}", { name: camera.name }), () => actions.rename(camera)),
    tool("trash-2", t("Delete {name}", { name: camera.name }), () => actions.remove(camera)),
  );
  const head = element("div", { class: "card-head" }, element("h2", { class: "card-title" }, link), tools);
  return element("li", { class: "card", "data-camera": camera.id }, head, ...facts(camera, now));
}
