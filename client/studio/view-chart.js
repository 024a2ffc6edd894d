/** The number of people over time: a line with its range, and the same as a table. */
import uPlot from "uplot";
import { formatCount } from "../core/format.js";
import { byId, element } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { saveChart } from "../charts/chart-picture.js";
import { toCsv } from "../charts/csv.js";
import { saveFile } from "../zones/exchange.js";
import { cellsOf } from "./chart-cells.js";
import { LookBack } from "../charts/look-back.js";
import { showKey, stretches } from "./stretches.js";
import { COUNT_STEPS, TIME_STEPS, countWidth, cssColour, timeLabel } from "../charts/time-axis.js";

/** @typedef {import("../core/history.js").History} History */
/** @typedef {import("../live/run-state.js").StudioState} StudioState */

const HEIGHT = 176;
const REDRAW_MS = 250;
const TABLE_MS = 5000;
const TABLE_ROWS = 12;
/** @param {() => StudioState} get @param {LookBack<import("../core/history.js").Curve>} past @param {() => import("../core/history.js").Curve["kind"]} kinds @param {{width: number, height: number}} size @returns {uPlot.Options} */
function options(get, past, kinds, size) {
  const startedAt = () => get().startedAt;
  const soft = cssColour("--text-soft");
  const line = cssColour("--line");
  const accent = cssColour("--accent");
  const axis = { stroke: soft, font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: line, width: 1 } };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    plugins: [stretches(kinds)],
    padding: [8, 36, 0, 0],
    scales: {
      x: { time: false, range: (_plot, low, high) => past.window(low ?? 0, high ?? 0) },
      y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, size: 28, space: startedAt() ? 92 : 56, incrs: TIME_STEPS, grid: { show: false }, values: (_plot, splits) => splits.map((at) => (at < 0 ? "" : timeLabel(at, startedAt(), true))) },
      { ...axis, size: countWidth, space: 24, incrs: COUNT_STEPS, values: (_plot, splits) => splits.map((count) => formatCount(count)) },
    ],
    series: [{}, { stroke: accent, width: 2, points: { show: false } }, { stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } }],
    bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${accent} 22%, transparent)` }],
  };
}

/** @param {HTMLElement} body @param {History} history @param {StudioState} state */
function fillTable(body, history, { range, startedAt }) {
  const rows = history.table(range, TABLE_ROWS).map((bucket) => element("tr", {}, ...[timeLabel(bucket.start / 1000, startedAt, true), ...cellsOf(bucket)].map((text) => element("td", {}, text))));
  body.replaceChildren(...rows);
}

/** @param {HTMLElement} host @param {History} history @param {LookBack<import("../core/history.js").Curve>} past */
function wireExport(host, history, past) {
  byId("chart-png", HTMLButtonElement).addEventListener("click", () => saveChart(host, [{ name: t("People over time"), colour: cssColour("--accent") }], "people.png"));
  byId("chart-csv", HTMLButtonElement).addEventListener("click", () => saveFile("people.csv", new Blob([toCsv(history.rows(past.shown))], { type: "text/csv" })));
}

export class PeopleChart {
  #host = byId("chart", HTMLElement);
  #empty = byId("chart-empty", HTMLElement);
  #tools = byId("chart-tools", HTMLElement);
  #details = byId("table-details", HTMLDetailsElement);
  #table = byId("table", HTMLElement);
  #past;
  /** @type {uPlot | null} */
  #plot = null;
  #drawnAt = -Infinity;
  #filledAt = -Infinity;
  #signature = "";
  /** @type {import("../core/history.js").Curve["kind"]} */
  #kind = [];
  /** @type {import("../core/history.js").Range} */
  #range;

  /** @param {History} history @param {() => StudioState} get */
  constructor(history, get) {
    this.history = history;
    this.get = get;
    this.#range = get().range;
    this.#past = new LookBack("chart", () => get().range, () => history.curve("all"), () => this.#draw());
    wireExport(this.#host, history, this.#past);
    document.addEventListener("themechange", () => this.#drop());
    new ResizeObserver(() => {
      if (this.#plot && this.#host.clientWidth && this.#host.clientWidth !== this.#plot.width) this.#plot.setSize({ width: this.#host.clientWidth, height: HEIGHT });
    }).observe(this.#host);
    this.#details.addEventListener("toggle", () => this.#details.open && fillTable(this.#table, history, get()));
  }

  /** @param {StudioState} state @param {number} now ms */
  render(state, now) {
    const { history } = this;
    if (history.isEmpty && this.#table.firstChild) this.#table.replaceChildren();
    this.#empty.hidden = !history.isEmpty;
    this.#host.hidden = this.#tools.hidden = history.isEmpty;
    // Another range, or another stream, begins at now.
    if (state.range !== this.#range || history.isEmpty) this.#past.end();
    this.#range = state.range;
    const current = `${state.range} ${history.lastT} ${state.startedAt}`;
    if (history.isEmpty || current === this.#signature || now - this.#drawnAt < REDRAW_MS || this.#host.clientWidth === 0) return;
    this.#signature = current;
    this.#drawnAt = now;
    if (!this.#past.frozen || !this.#plot) this.#draw();
    if (!this.#details.open || now - this.#filledAt < TABLE_MS) return;
    this.#filledAt = now;
    fillTable(this.#table, history, state);
  }

  #draw() {
    if (this.#host.clientWidth === 0) return;
    const { t: times, average, low, high, kind } = this.#past.frozen ?? this.history.curve(this.get().range);
    this.#plot ??= new uPlot(options(this.get, this.#past, () => this.#kind, { width: this.#host.clientWidth, height: HEIGHT }), [[], [], [], []], this.#host);
    this.#kind = kind;
    this.#plot.setData([times, average, low, high]);
    showKey("chart", kind);
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#signature = "";
    this.#drawnAt = -Infinity;
  }
}
