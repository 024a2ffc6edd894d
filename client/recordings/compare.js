/** Two runs side by side. */
import { formatClock, formatCount } from "../core/format.js";
import { element } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { QUALITY_WORDS, crossedText, differenceText, figureText, momentText } from "./words.js";

/** @typedef {import("./types.js").Recording} Recording */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {{recording: Recording, run: Run}} Counted */

/** @param {Run} run */
function readText({ complete, frames_read: read, frames_expected: expected }) {
  if (complete) return t("All {read}", { read: formatCount(read) });
  return expected ? t("{read} of {expected}", { read: formatCount(read), expected: formatCount(expected) }) : formatCount(read);
}

/** @param {string} term @param {(run: Run) => string} text @param {Counted[]} two @param {string} [difference] */
function row(term, text, two, difference = "") {
  return element("tr", {}, element("th", { scope: "row" }, term), ...two.map(({ run }) => element("td", { class: "digits" }, text(run))), element("td", { class: "digits" }, difference));
}

/** @param {string} term @param {"people" | "peak"} name @param {Counted[]} two */
function figure(term, name, two) {
  return row(term, (run) => figureText(run[name]), two, differenceText(two[0].run[name], two[1].run[name]));
}

/** @param {Counted[]} two the older one first @returns {HTMLElement} */
export function comparison(two) {
  const titles = two.map(({ recording, run }) => t("{name}, {time}", { name: recording.name, time: momentText(run.begun_at ?? run.queued_at) }));
  return element(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": "compare-title" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, element("td", {}), ...titles.map((text) => element("th", { scope: "col" }, text)), element("th", { scope: "col" }, t("Difference")))),
      element(
        "tbody",
        {},
        figure(t("People"), "people", two),
        figure(t("Peak"), "peak", two),
        row(t("In"), (run) => crossedText(run, "entries"), two, differenceText(two[0].run.entries, two[1].run.entries)),
        row(t("Out"), (run) => crossedText(run, "exits"), two, differenceText(two[0].run.exits, two[1].run.exits)),
        row(t("Frames"), readText, two),
        row(t("Length"), (run) => formatClock(run.duration_ms), two),
        row(t("Quality"), (run) => QUALITY_WORDS[run.quality], two),
        row(t("Model"), (run) => run.model, two),
        row(t("Zones"), (run) => (run.plan_version ? t("Version {n}", { n: run.plan_version }) : t("None")), two),
      ),
    ),
  );
}
