/** The history page: which camera, which time, and what happened then. */
import "../ui/main.js";
import { formatCount, formatSpan, formatTenth } from "../core/format.js";
import { api } from "../ui/api.js";
import { serverClock } from "../ui/clock.js";
import { byId, element, setText } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { decodePlan } from "../zones/plan-json.js";
import { HistoryChart, looksOf, nameOf } from "./chart.js";
import { HOUR_MS, digest } from "./digest.js";
import { HeatDay } from "./heat-day.js";
import { certaintyText, renderNotes } from "./notes.js";
import { ahead, historyPath, isPreset, reaching, readSpan, spanOf, toInput } from "./span.js";

/** @typedef {import("./digest.js").Series} Series */
/** @typedef {"mean" | "max" | "entries"} Figure */

const MONTH_MS = 720 * HOUR_MS;
const page = byId("history", HTMLElement);
const camera = byId("history-camera", HTMLSelectElement);
const from = byId("history-from", HTMLInputElement);
const to = byId("history-to", HTMLInputElement);
const figure = byId("history-figure", HTMLSelectElement);
const problem = byId("history-problem", HTMLElement);
const chart = new HistoryChart();

/** @type {{series: Series[], step_s: number}} */
let answer = { series: [], step_s: 60 };
/** @type {readonly import("../zones/shape.js").Shape[]} as they are drawn today */
let shapes = [];
/** Up to now; empty where the range was chosen by hand. */
let preset = "day";
let span = spanOf(preset, serverClock.now());
/** Answers come in any order; only the newest question counts. */
let question = 0;

/** @param {unknown} error null when all is well */
function tell(error) {
  problem.hidden = error === null;
  setText(problem, error instanceof Error ? error.message : String(error ?? ""));
}

const heat = new HeatDay(() => camera.value, tell);

/** @param {number} start ms */
function hourText(start) {
  const date = new Date(start);
  const clock = (/** @type {number} */ at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  return `${date.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short" })}, ${clock(start)}–${clock(start + HOUR_MS)}`;
}

/** When the most were there, as well as that is known. @param {string} t @param {number} stepS */
function peakText(t, stepS) {
  return stepS * 1000 >= HOUR_MS ? hourText(Date.parse(t)) : new Date(t).toLocaleString(locale, { dateStyle: "short", timeStyle: "short" });
}

/** A number of people, as an estimate where it is one. @param {string} n @param {boolean} estimated */
function people(n, estimated) {
  return estimated ? t("≈ {n}", { n }) : n;
}

/** @param {import("./digest.js").Digest} digest */
function averageText({ average, estimatedS, partlyUnknown }) {
  if (average === null) return partlyUnknown ? t("Unknown") : "–";
  return people(formatTenth(average), estimatedS > 0);
}

/** @param {import("./digest.js").Digest} digest */
function mostText({ peak, peakAt, peakEstimated, partlyUnknown }) {
  if (!peakAt) return partlyUnknown ? t("Unknown") : "0";
  const values = { peak: people(formatCount(peak), peakEstimated), time: peakText(peakAt, answer.step_s) };
  return partlyUnknown ? t("at least {peak} at {time}", values) : t("{peak} at {time}", values);
}

/** @param {Series} series */
function row(series) {
  const found = digest(series.points, answer.step_s);
  const { entries, exits, dwellS, busiest } = found;
  const cells = [
    averageText(found),
    mostText(found),
    series.zone && entries !== null ? formatCount(entries) : "–",
    series.zone && exits !== null ? formatCount(exits) : "–",
    dwellS === null ? "–" : formatSpan(dwellS * 1000),
    busiest ? `${hourText(busiest.start)} (${people(formatTenth(busiest.average), busiest.estimated)})` : "–",
    certaintyText(found),
  ];
  return element("tr", {}, element("th", { scope: "row" }, nameOf(series)), ...cells.map((text) => element("td", {}, text)));
}

/** @param {import("./digest.js").Digest} whole */
function busiestNote({ busiest, partlyUnknown }) {
  if (!busiest) return partlyUnknown ? t("The number of people was unknown.") : t("No people were seen.");
  return t("{n} people on average", { n: people(formatTenth(busiest.average), busiest.estimated) });
}

function render() {
  const { series, step_s: step } = answer;
  const some = series.some(({ points }) => points.length > 0);
  page.dataset.state = some ? "shown" : "empty";
  byId("history-none", HTMLElement).hidden = some;
  byId("history-wider", HTMLElement).hidden = span.to.getTime() - span.from.getTime() >= MONTH_MS;
  byId("history-shown", HTMLElement).hidden = !some;
  if (!some) return chart.clear();
  const whole = digest((series.find(({ zone }) => zone === null) ?? series[0]).points, step);
  setText(byId("history-busiest", HTMLElement), whole.busiest ? hourText(whole.busiest.start) : whole.partlyUnknown ? t("Unknown") : "–");
  setText(byId("history-busiest-note", HTMLElement), busiestNote(whole));
  renderNotes(series, whole, step);
  const counted = /** @type {Figure} */ (figure.value) === "entries" ? series.filter(({ zone }) => zone !== null) : series;
  chart.draw(counted, /** @type {Figure} */ (figure.value), step, span, looksOf(series, shapes));
  byId("history-rows", HTMLElement).replaceChildren(...series.map(row));
  for (const ending of /** @type {const} */ (["csv", "json", "parquet"])) {
    // Parquet is offered where the server can write it.
    const link = document.getElementById(`history-${ending}`);
    if (link instanceof HTMLAnchorElement) link.href = historyPath(camera.value, span, `.${ending}`);
  }
}

/** What is shown is of another question than what is asked now, and there is no answer. @param {unknown} error */
function fail(error) {
  page.dataset.state = "failed";
  byId("history-none", HTMLElement).hidden = byId("history-shown", HTMLElement).hidden = true;
  tell(error);
}

async function load() {
  const asked = (question += 1);
  if (!camera.value) return;
  page.dataset.state = "asking";
  byId("history-open", HTMLAnchorElement).hidden = camera.value === new URLSearchParams(location.search).get("run");
  byId("history-open", HTMLAnchorElement).href = `/cameras/${encodeURIComponent(camera.value)}`;
  try {
    const path = `/api/cameras/${encodeURIComponent(camera.value)}`;
    const plan = api("GET", `${path}/plan`);
    const until = preset ? (await api("GET", path)).camera.counted_until : null;
    if (asked !== question) return;
    if (preset) span = spanOf(preset, serverClock.now());
    const [found, drawn] = await Promise.all([api("GET", historyPath(camera.value, ahead(span, until), "")), plan]);
    if (asked !== question) return;
    answer = found;
    if (preset) {
      span = reaching(span, answer.series, answer.step_s);
      from.value = toInput(span.from);
      to.value = toInput(span.to);
    }
    shapes = decodePlan(drawn.plan).shapes;
    tell(null);
    render();
  } catch (error) {
    if (asked === question) fail(error);
  }
}

/** @param {string} wanted name of a range up to now */
function choose(wanted) {
  preset = wanted;
  void load();
}

function chooseByHand() {
  const { span: wanted, problem: wrong } = readSpan(from.value, to.value);
  question += 1;
  if (!wanted) return fail(wrong);
  tell(null);
  for (const input of document.querySelectorAll('input[name="span"]')) if (input instanceof HTMLInputElement) input.checked = false;
  span = wanted;
  preset = "";
  void load();
}

/** The address names the camera, so that it can be kept and shared. */
function remember() {
  window.history.replaceState(null, "", `?camera=${encodeURIComponent(camera.value)}`);
}

async function begin() {
  try {
    /** @type {{cameras: {id: string, name: string}[]}} */
    const { cameras } = await api("GET", "/api/cameras");
    const wish = new URLSearchParams(location.search);
    const run = wish.get("run");
    // The camera of a recording's run is in no list.
    if (run) cameras.push((await api("GET", `/api/cameras/${encodeURIComponent(run)}`)).camera);
    camera.replaceChildren(...cameras.map(({ id, name }) => element("option", { value: id }, name)));
    const wished = run ?? wish.get("camera");
    if (wished && cameras.some(({ id }) => id === wished)) camera.value = wished;
    byId("history-cameras-none", HTMLElement).hidden = cameras.length > 0;
    byId("history-choice", HTMLElement).hidden = cameras.length === 0;
    byId("heat-day", HTMLElement).hidden = cameras.length === 0;
    const { span: filmed } = readSpan(wish.get("from") ?? "", wish.get("to") ?? "");
    if (cameras.length) heat.show(filmed?.from ?? new Date(serverClock.now()));
    if (cameras.length && filmed) {
      from.value = toInput(filmed.from);
      to.value = toInput(filmed.to);
      chooseByHand();
    } else if (cameras.length) choose("day");
    else page.dataset.state = "empty";
  } catch (error) {
    tell(error);
  }
}

for (const input of document.querySelectorAll('input[name="span"]')) {
  if (input instanceof HTMLInputElement) input.addEventListener("change", () => isPreset(input.value) && choose(input.value));
}
camera.addEventListener("change", () => {
  remember();
  void load();
  void heat.load();
});
from.addEventListener("change", chooseByHand);
to.addEventListener("change", chooseByHand);
figure.addEventListener("change", render);
byId("history-wider", HTMLButtonElement).addEventListener("click", () => {
  const month = byId("history-month", HTMLInputElement);
  month.checked = true;
  month.focus();
  choose("month");
});
byId("history-png", HTMLButtonElement).addEventListener("click", () => chart.save());
void begin();
