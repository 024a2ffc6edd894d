/** The page for everybody: which areas have room, in large type, looked up again and again. */
import "../ui/main.js";
import { formatCount, formatSpan } from "../core/format.js";
import { estimateWords } from "../core/number-words.js";
import { formatEstimate } from "../core/people.js";
import { ApiError, api } from "../ui/api.js";
import { byId, element, icon, setAttribute, setText } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";

/**
 * @typedef {"go" | "busy" | "full" | "unknown"} State
 * @typedef {{name: string, state: State, people: number | null, low: number | null, high: number | null, estimated: boolean, capacity: number | null}} Area
 * @typedef {{name: string, at: string, areas: Area[]}} Status
 */

const POLL_MS = 5000;
/** On a line that swallows everything the next look must not wait for the last one. */
const PATIENCE_MS = 8000;
const BEAT_MS = 1000;
/** Older than this is said, and greyed. */
const OLD_MS = 20000;
/** A screen reader announces changes, and not each of them. */
const SAY_MS = 10000;

const WORDS = { go: t("Go"), busy: t("Busy"), full: t("Full"), unknown: t("Unknown") };
const ICONS = { go: "circle-check", busy: "hourglass", full: "circle-stop", unknown: "circle-question-mark" };

const root = byId("public", HTMLElement);
const list = byId("public-areas", HTMLUListElement);
const note = byId("public-note", HTMLElement);
const said = byId("public-said", HTMLElement);
const path = `/api/status/${encodeURIComponent(decodeURIComponent(location.pathname.split("/")[2] ?? ""))}`;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
let arrivedAt = -Infinity;
/** What is shown, or that nothing is shown yet, is as it should be until then, ms. */
let freshUntil = performance.now() + OLD_MS;
let crowded = false;
let shown = "";
let saidAt = -Infinity;
let saidText = "";
let closed = false;

/** @param {Area} area */
function numbers({ people, capacity, estimated }) {
  if (people === null) return "";
  const shown = estimated ? formatEstimate(people) : formatCount(people);
  return capacity === null ? shown : t("{people} of {capacity}", { people: shown, capacity: formatCount(capacity) });
}

/** Of an estimate. @param {Area} area */
function range({ people, estimated, low, high }) {
  if (people === null || !estimated || low === null || high === null) return "";
  return estimateWords(low, high);
}

/** @param {Area} area @returns {HTMLLIElement} */
function row(area) {
  return element("li", { class: "public-area", "data-state": area.state }, element("h2", {}, area.name), element("p", { class: "public-state" }, icon(ICONS[area.state]), WORDS[area.state]), element("p", { class: "public-numbers" }, numbers(area)), element("p", { class: "public-range" }, range(area)));
}

/** @param {Status} status */
function show(status) {
  arrivedAt = performance.now();
  freshUntil = arrivedAt + OLD_MS;
  crowded = false;
  setText(byId("public-name", HTMLElement), status.name);
  document.title = `${status.name} · crowdcount`;
  setText(note, t("As of {time}", { time: clock.format(new Date(status.at)) }));
  const key = JSON.stringify(status.areas);
  // An area that it showed may have been deleted since.
  if (key !== shown) list.replaceChildren(...(status.areas.length ? status.areas.map(row) : [element("li", {}, t("Nothing is shown here at the moment."))]));
  shown = key;
  const text = status.areas.map(({ name, state }) => `${name}: ${WORDS[state]}`).join(". ");
  if (text === saidText || arrivedAt - saidAt < SAY_MS) return;
  saidAt = arrivedAt;
  saidText = text;
  setText(said, text);
}

/** @param {unknown} error @returns {number} ms until it may be asked again */
function fail(error) {
  if (error instanceof ApiError && error.status === 404) {
    closed = true;
    list.replaceChildren();
    setText(note, t("This page is not open, or not any more."));
    return 0;
  }
  if (!Number.isFinite(arrivedAt)) freshUntil = 0;
  crowded = error instanceof ApiError && error.retryMs > 0;
  return error instanceof ApiError ? error.retryMs : 0;
}

/** What is shown grows old also while no answer comes, and none is refused. */
function grow() {
  if (document.hidden) return;
  const now = performance.now();
  const old = now > freshUntil;
  if (closed || old || Number.isFinite(arrivedAt)) setAttribute(root, "data-state", closed ? "closed" : old ? "old" : "current");
  if (closed || !old) return;
  const lost = crowded ? t("Too many look at this page just now. Trying again.") : t("No connection. Trying again.");
  setText(note, crowded || !Number.isFinite(arrivedAt) ? lost : t("No connection. This is {span} old.", { span: formatSpan(now - arrivedAt) }));
  // Said once, without its age; what comes after it is announced again.
  saidText = "";
  setText(said, lost);
}

let next = 0;

async function look() {
  clearTimeout(next);
  let wait = POLL_MS;
  if (!document.hidden) {
    try {
      show(await api("GET", path, undefined, PATIENCE_MS));
    } catch (error) {
      // Pages that were all refused at one moment must not all retry at one.
      wait = Math.max(POLL_MS, fail(error)) * (1 + Math.random() / 2);
    }
  }
  grow();
  clearTimeout(next);
  if (!closed) next = window.setTimeout(() => void look(), wait);
}

// A visitor who comes back to the page must not see for a moment what was true before.
document.addEventListener("visibilitychange", () => {
  if (document.hidden || closed) return;
  if (performance.now() > freshUntil) {
    setAttribute(root, "data-state", "old");
    setText(note, t("Looking"));
  }
  void look();
});
setInterval(grow, BEAT_MS);
void look();
