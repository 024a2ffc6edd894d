/** The axis of time that the studio's charts share, and their colours. */
import { formatClock } from "../core/format.js";
import { locale } from "../ui/words.js";

const LEAST_S = 15;
/** Seconds between labels: steps that a clock has. */
export const TIME_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** People between labels. */
export const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/** Pixels that the labels of an axis of people need. @param {unknown} _plot @param {string[] | null} labels */
export function countWidth(_plot, labels) {
  return Math.max(34, 12 + 7 * Math.max(0, ...(labels ?? []).map((label) => label.length)));
}

/** In the legend a line is as broken as in the chart. */
export const MARKERS = {
  width: 3,
  dash: (/** @type {{series: {dash?: number[]}[]}} */ plot, /** @type {number} */ index) => {
    const [stroke = 0] = plot.series[index].dash ?? [];
    return stroke === 0 ? "solid" : stroke < 4 ? "dotted" : "dashed";
  },
};

/** @param {string} name of a CSS variable */
export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {number} seconds of the stream @param {number} startedAt ms since 1970, 0 for a file @param {boolean} fine with seconds */
export function timeLabel(seconds, startedAt, fine) {
  if (!startedAt) return formatClock(seconds * 1000);
  return new Date(startedAt + seconds * 1000).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", ...(fine ? { second: "2-digit" } : {}) });
}

/** Grows from a quarter of a minute to the whole range, then moves on. @param {number} low s @param {number} high s @param {number} span s @returns {[number, number]} */
export function timeWindow(low, high, span) {
  return [Math.max(high - span, Math.min(low, high - LEAST_S)), high];
}
