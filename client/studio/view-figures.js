/** The numbers of the panel, and what a screen reader hears of them. */
import { formatCount, formatDelay, formatRate } from "../core/format.js";
import { byId, setText } from "../site/dom.js";
import { t } from "../site/words.js";
import { ageText } from "./words.js";
import { isCurrent } from "./state.js";

const NONE = "–";
/** A range that changes with every frame cannot be read. */
const RANGE_MS = 1000;

/** How sure the count is, in words; empty where it is as good as certain or nothing is known. @param {Figures} figures */
export function rangeText({ count, low, high, saturated }) {
  if (saturated) return t("probably more than {count}: not everybody can be made out", { count: formatCount(count) });
  if (low === null || high === null || low === high) return "";
  return t("probably {low} to {high}", { low: formatCount(low), high: formatCount(high) });
}

/** Says it at most once a second, or as soon as the count leaves it. @returns {(figures: Figures | null, now: number) => string} */
function steadyRange() {
  let at = -Infinity;
  /** @type {Figures | null} */
  let shown = null;
  return (figures, now) => {
    const outside = !shown || !figures || shown.saturated || figures.count < (shown.low ?? 0) || figures.count > (shown.high ?? Infinity);
    if (outside || now - at >= RANGE_MS) {
      at = now;
      shown = figures;
    }
    return shown ? rangeText(shown) : "";
  };
}

/** @typedef {import("./state.js").Figures} Figures */

/** @template T @param {T | null | undefined} value @param {(value: T) => string} format */
function or(value, format) {
  return value === null || value === undefined ? NONE : format(value);
}

/** @returns {(state: import("./state.js").StudioState, now: number) => void} */
export function figuresView() {
  const ids = ["count", "count-range", "peak", "unique", "fps", "delay", "processed", "dropped", "rejected", "round-trip", "server-time", "sending", "age", "announcer"];
  const nodes = Object.fromEntries(ids.map((id) => [id, byId(id, HTMLElement)]));
  const root = byId("studio", HTMLElement);
  const range = steadyRange();
  return (state, now) => {
    const { figures, rates, counters } = state;
    setText(nodes.count, or(figures?.count, formatCount));
    setText(nodes["count-range"], range(figures, now));
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
