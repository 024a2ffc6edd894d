/** The page for everybody: which areas have room, in large type, looked up again and again. */
import "../site/main.js";
import { formatCount, formatSpan } from "../core/format.js";
import { ApiError, api } from "../site/api.js";
import { byId, element, icon, setAttribute, setText } from "../site/dom.js";
import { locale, t } from "../site/words.js";

/**
 * @typedef {"go" | "busy" | "full" | "unknown"} State
 * @typedef {{name: string, state: State, people: number | null, capacity: number | null}} Area
 * @typedef {{name: string, at: string, areas: Area[]}} Status
 */

const POLL_MS = 5000;
/** Older than this is said, and greyed. */
const OLD_MS = 20000;
/** A screen reader is told of changes, and not of every one. */
const SAY_MS = 10000;

const WORDS = { go: t("Go"), busy: t("Busy"), full: t("Full"), unknown: t("Not known") };
const ICONS = { go: "circle-check", busy: "hourglass", full: "circle-stop", unknown: "info" };

const root = byId("public", HTMLElement);
const list = byId("public-areas", HTMLUListElement);
const note = byId("public-note", HTMLElement);
const said = byId("public-said", HTMLElement);
const path = `/api/status/${encodeURIComponent(decodeURIComponent(location.pathname.split("/")[2] ?? ""))}`;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
let arrivedAt = -Infinity;
let shown = "";
let saidAt = -Infinity;
let saidText = "";
let closed = false;

/** @param {Area} area */
function numbers({ people, capacity }) {
  if (people === null) return "";
  return capacity === null ? formatCount(people) : t("{people} of {capacity}", { people: formatCount(people), capacity: formatCount(capacity) });
}

/** @param {Area} area @returns {HTMLLIElement} */
function row(area) {
  return element("li", { class: "public-area", "data-state": area.state }, element("h2", {}, area.name), element("p", { class: "public-state" }, icon(ICONS[area.state]), WORDS[area.state]), element("p", { class: "public-numbers" }, numbers(area)));
}

/** @param {Status} status */
function show(status) {
  arrivedAt = performance.now();
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
  const age = performance.now() - arrivedAt;
  const busy = error instanceof ApiError && error.retryMs > 0;
  if (age > OLD_MS && busy) setText(note, t("Too many look at this page just now. Trying again."));
  else if (age > OLD_MS) setText(note, Number.isFinite(age) ? t("No connection. This is {span} old.", { span: formatSpan(age) }) : t("No connection. Trying again."));
  return busy ? error.retryMs : 0;
}

let next = 0;

async function look() {
  clearTimeout(next);
  let wait = POLL_MS;
  if (!document.hidden) {
    try {
      show(await api("GET", path));
    } catch (error) {
      // Those who were all refused at one moment must not all come back at one.
      wait = Math.max(POLL_MS, fail(error)) * (1 + Math.random() / 2);
    }
  }
  setAttribute(root, "data-state", closed ? "closed" : performance.now() - arrivedAt > OLD_MS ? "old" : "current");
  clearTimeout(next);
  if (!closed) next = window.setTimeout(() => void look(), wait);
}

// Whoever comes back to the page must not see for a moment what was true before.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !closed) void look();
});
void look();
