/** The number of people over time: a line with its range, and the same as a table. */
import uPlot from "uplot";
import { formatClock, formatCount, formatTenth } from "../core/format.js";
import { byId, element } from "../site/dom.js";
import { locale } from "../site/words.js";

/** @typedef {import("../core/history.js").History} History */
/** @typedef {import("./state.js").StudioState} StudioState */

const REDRAW_MS = 250;
const TABLE_MS = 5000;
const TABLE_ROWS = 12;
const LEAST_S = 15;
/** Seconds between labels: steps that a clock has. */
export const TIME_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** @param {string} name of a CSS variable */
export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {number} seconds of the stream @param {number} startedAt ms since 1970, 0 for a file @param {boolean} fine with seconds */
export function timeLabel(seconds, startedAt, fine) {
  if (!startedAt) return formatClock(seconds * 1000);
  return new Date(startedAt + seconds * 1000).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", ...(fine ? { second: "2-digit" } : {}) });
}

/** @param {() => StudioState} get @param {{width: number, height: number}} size @returns {uPlot.Options} */
function options(get, size) {
  const startedAt = () => get().startedAt;
  const span = () => (get().range === "all" ? Infinity : Number(get().range));
  const soft = cssColour("--text-soft");
  const line = cssColour("--line");
  const accent = cssColour("--accent");
  const axis = { stroke: soft, font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: line, width: 1 } };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 36, 0, 0],
    scales: {
      x: { time: false, range: (_plot, low, high) => timeWindow(low ?? 0, high ?? 0, span()) },
      y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, size: 28, space: startedAt() ? 92 : 56, incrs: TIME_STEPS, grid: { show: false }, values: (_plot, splits) => splits.map((at) => (at < 0 ? "" : timeLabel(at, startedAt(), true))) },
      { ...axis, size: 34, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], values: (_plot, splits) => splits.map((count) => formatCount(count)) },
    ],
    series: [{}, { stroke: accent, width: 2, points: { show: false } }, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } }],
    bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${accent} 22%, transparent)` }],
  };
}

/** Grows from a quarter of a minute to the whole range, then moves on. @param {number} low s @param {number} high s @param {number} span s @returns {[number, number]} */
export function timeWindow(low, high, span) {
  return [Math.max(high - span, Math.min(low, high - LEAST_S)), high];
}

/** @param {HTMLElement} body @param {History} history @param {StudioState} state */
function fillTable(body, history, { range, startedAt }) {
  const rows = history.table(range, TABLE_ROWS).map(({ start, low, high, sum, frames }) =>
    element("tr", {}, element("td", {}, timeLabel(start / 1000, startedAt, true)), element("td", {}, formatCount(low)), element("td", {}, formatTenth(sum / frames)), element("td", {}, formatCount(high))),
  );
  body.replaceChildren(...rows);
}

/** @param {History} history @param {() => StudioState} get @returns {(state: StudioState, now: number) => void} */
export function chartView(history, get) {
  const host = byId("chart", HTMLElement);
  const empty = byId("chart-empty", HTMLElement);
  const details = byId("table-details", HTMLDetailsElement);
  const table = byId("table", HTMLElement);
  /** @type {uPlot | null} */
  let plot = null;
  let drawnAt = -Infinity;
  let filledAt = -Infinity;
  let signature = "";
  const size = () => ({ width: host.clientWidth, height: 176 });
  const drop = () => {
    plot?.destroy();
    plot = null;
    signature = "";
    drawnAt = -Infinity;
  };
  document.addEventListener("themechange", drop);
  new ResizeObserver(() => {
    if (plot && host.clientWidth && host.clientWidth !== plot.width) plot.setSize(size());
  }).observe(host);
  details.addEventListener("toggle", () => details.open && fillTable(table, history, get()));
  return (state, now) => {
    if (history.isEmpty && table.firstChild) table.replaceChildren();
    empty.hidden = !history.isEmpty;
    host.hidden = history.isEmpty;
    const current = `${state.range} ${history.lastT} ${state.startedAt}`;
    if (history.isEmpty || current === signature || now - drawnAt < REDRAW_MS || host.clientWidth === 0) return;
    signature = current;
    drawnAt = now;
    const { t, average, low, high } = history.curve(state.range);
    plot ??= new uPlot(options(get, size()), [[], [], [], []], host);
    plot.setData([t, average, low, high]);
    if (details.open && now - filledAt >= TABLE_MS) {
      filledAt = now;
      fillTable(table, history, state);
    }
  };
}
