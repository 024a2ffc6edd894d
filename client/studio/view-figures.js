/** The numbers of the panel, and what a screen reader hears of them. */
import { formatCount, formatDelay, formatRate } from "../core/format.js";
import { NONE, countText, hasIdentities, noteText, peakSoFar, peopleOf, peopleText, rangeText } from "../core/people.js";
import { byId, element, setAttribute, setText, withNodes } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { ageText } from "./words.js";
import { isCurrent } from "../live/run-state.js";

/** @typedef {import("../live/run-state.js").Figures} Figures */
/** @typedef {import("../core/people.js").People} People */

/** A range that changes with every frame cannot be read. */
const RANGE_MS = 1000;

/** Says it at most once a second, or as soon as the number leaves it. @returns {(people: People | null, now: number) => string} */
function steadyRange() {
  let at = -Infinity;
  /** @type {People | null} */
  let shown = null;
  return (people, now) => {
    const value = people?.value ?? 0;
    const outside = shown?.state !== people?.state || value < (shown?.low ?? 0) || value > (shown?.high ?? Infinity);
    if (outside || now - at >= RANGE_MS) {
      at = now;
      shown = people;
    }
    return shown ? rangeText(shown) : "";
  };
}

/** The large number; of a lower bound the words are small and the number is large. @param {HTMLElement} node @param {People | null} people */
function showPeople(node, people) {
  const text = people ? peopleText(people) : NONE;
  // Longer numbers are written smaller, so that they stay in their place.
  setAttribute(node, "data-length", text.length > 6 ? "long" : text.length > 4 ? "middle" : null);
  if (people?.state !== "least" || people.value === null) return setText(node, text);
  const number = formatCount(people.value);
  if (node.dataset.least === number && node.firstElementChild) return;
  node.dataset.least = number;
  node.replaceChildren(...withNodes(t("At least {count}"), { count: element("span", { class: "least-number" }, number) }));
}

/**
 * The count with all that is known of it: on the studio's page and on the one of a phone.
 * @param {HTMLElement} root @returns {(figures: Figures | null, now: number) => void}
 */
export function countView(root) {
  const [count, range, note] = ["count", "count-range", "count-note"].map((id) => byId(id, HTMLElement));
  const steady = steadyRange();
  return (figures, now) => {
    const people = figures && peopleOf(figures);
    setAttribute(root, "data-people", people?.state ?? null);
    showPeople(count, people);
    setText(range, steady(people, now));
    const words = people ? noteText(people, figures?.followed) : "";
    note.hidden = !words;
    setText(note, words);
  };
}

/** @template T @param {T | null | undefined} value @param {(value: T) => string} format */
function or(value, format) {
  return value === null || value === undefined ? NONE : format(value);
}

/** @returns {(state: import("../live/run-state.js").StudioState, now: number) => void} */
export function figuresView() {
  const ids = ["peak", "unique", "fps", "delay", "processed", "dropped", "rejected", "round-trip", "server-time", "sending", "age", "announcer"];
  const nodes = Object.fromEntries(ids.map((id) => [id, byId(id, HTMLElement)]));
  const root = byId("studio", HTMLElement);
  const showCount = countView(root);
  return (state, now) => {
    const { figures, rates, counters } = state;
    showCount(figures, now);
    // A peak of 0 means nothing while the number is unknown.
    const begun = figures && (figures.known || figures.peak > 0) ? figures : null;
    const people = begun && peopleOf(begun);
    setText(nodes.peak, begun && people ? peakSoFar(people, begun.peak, begun.crowdPeak) : NONE);
    setText(nodes.unique, begun && people && hasIdentities(people) ? countText(begun.unique) : NONE);
    setText(nodes.fps, or(rates.fps, formatRate));
    setText(nodes.delay, or(rates.delayMs, (ms) => formatDelay(Math.round(ms))));
    setText(nodes.processed, formatCount(counters.processed));
    setText(nodes.dropped, formatCount(counters.dropped));
    setText(nodes.rejected, formatCount(counters.rejected));
    setText(nodes["round-trip"], or(rates.rttMs, formatDelay));
    setText(nodes["server-time"], or(rates.serverMs, formatDelay));
    setText(nodes.sending, rates.sending || NONE);
    const age = ageText(state, now);
    nodes.age.hidden = age === null;
    setText(nodes.age, age ?? "");
    root.toggleAttribute("data-empty", figures === null);
    root.toggleAttribute("data-stale", figures !== null && !isCurrent(state));
    setText(nodes.announcer, state.announcement);
  };
}
