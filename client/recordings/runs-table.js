/** The runs of a recording, to be compared, looked at and deleted. */
import { element, icon } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { QUALITY_WORDS, STATE_WORDS, crossedText, figureText, momentText } from "./words.js";

/** @typedef {import("./types.js").Recording} Recording */
/** @typedef {import("./types.js").Run} Run */

const MINUTE_MS = 60_000;

/** What a run counted, as history. @param {Run} run */
export function historyLink({ camera, recorded_at: recorded, begun_at: begun, queued_at: queued, duration_ms: length }) {
  const from = new Date(recorded ?? begun ?? queued);
  // The page of the history counts in whole minutes.
  const to = new Date((Math.floor((from.getTime() + length) / MINUTE_MS) + 1) * MINUTE_MS);
  return `/history?${new URLSearchParams({ run: camera, from: from.toISOString(), to: to.toISOString() })}`;
}

/** @param {Recording} recording @param {Run} run @param {import("./card.js").Actions} actions */
function row(recording, run, actions) {
  const when = momentText(run.begun_at ?? run.queued_at);
  const box = element("input", { type: "checkbox", id: `compare-${run.id}`, "aria-label": t("Compare the run of {time}", { time: when }) });
  box.checked = actions.isChosen(run);
  box.disabled = run.state !== "done";
  box.addEventListener("change", () => actions.choose(run, box.checked));
  const label = t("Delete the run of {time}", { time: when });
  const remove = element("button", { type: "button", class: "button-quiet", title: label, id: `delete-${run.id}` }, icon("trash-2"), element("span", { class: "visually-hidden" }, label));
  remove.addEventListener("click", () => actions.removeRun(recording, run));
  const history = element("a", { class: "button-quiet", href: historyLink(run), title: t("History") }, icon("chart-line"), element("span", { class: "visually-hidden" }, t("History of the run of {time}", { time: when })));
  return element(
    "tr",
    { "data-run": run.id },
    element("td", {}, box),
    element("th", { scope: "row" }, when),
    element("td", {}, STATE_WORDS[run.state]),
    element("td", {}, `${QUALITY_WORDS[run.quality]}, ${run.model}`),
    element("td", {}, run.plan_version ? t("Version {n}", { n: run.plan_version }) : t("None")),
    element("td", { class: "digits" }, figureText(run.people)),
    element("td", { class: "digits" }, crossedText(run, "entries")),
    element("td", { class: "digits" }, crossedText(run, "exits")),
    element("td", {}, element("div", { class: "row-tools" }, history, remove)),
  );
}

/** @param {Recording} recording @param {import("./card.js").Actions} actions */
export function runsTable(recording, actions) {
  const heads = [t("Compare"), t("Counted at"), t("State"), t("Quality and model"), t("Zones"), t("People"), t("In"), t("Out"), t("Actions")];
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...recording.runs.map((run) => row(recording, run, actions))),
  );
  return element("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": t("Runs of {name}", { name: recording.name }) }, table);
}
