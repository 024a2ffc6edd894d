/** The numbers of the panel, and what a screen reader hears of them. */
import { formatCount, formatDelay, formatRate } from "../core/format.js";
import { byId, setText } from "../site/dom.js";
import { ageText } from "./words.js";
import { isCurrent } from "./state.js";

const NONE = "–";

/** @template T @param {T | null | undefined} value @param {(value: T) => string} format */
function or(value, format) {
  return value === null || value === undefined ? NONE : format(value);
}

/** @returns {(state: import("./state.js").StudioState, now: number) => void} */
export function figuresView() {
  const ids = ["count", "peak", "unique", "fps", "delay", "processed", "dropped", "rejected", "round-trip", "server-time", "sending", "age", "announcer"];
  const nodes = Object.fromEntries(ids.map((id) => [id, byId(id, HTMLElement)]));
  const root = byId("studio", HTMLElement);
  return (state, now) => {
    const { figures, rates, counters } = state;
    setText(nodes.count, or(figures?.count, formatCount));
    setText(nodes.peak, or(figures?.peak, formatCount));
    setText(nodes.unique, or(figures?.unique, formatCount));
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
