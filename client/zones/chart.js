/** All zones over time in one chart: pause it, look back, take it along as a picture or a table. */
import uPlot from "uplot";
import { formatCount } from "../core/format.js";
import { NONE, formatEstimate } from "../core/people.js";
import { byId, element } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { LookBack } from "../charts/look-back.js";
import { showKey, stretches } from "../studio/stretches.js";
import { COUNT_STEPS, MARKERS, TIME_STEPS, countWidth, cssColour, timeLabel } from "../charts/time-axis.js";
import { toCsv } from "../charts/csv.js";
import { saveChart } from "../charts/chart-picture.js";
import { saveFile } from "./exchange.js";

/**
 * @typedef {import("./trends.js").Trends} Trends
 * @typedef {import("../core/history.js").Range} Range
 * @typedef {{id: string, name: string, colour: string}} Named
 */

const REDRAW_MS = 500;
const TABLE_MS = 5000;
const TABLE_ROWS = 12;
const HEIGHT = 200;
/** Told apart without colours. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 2]];

export class ZoneChart {
  #host = byId("zone-chart", HTMLElement);
  #section = byId("zone-chart-section", HTMLElement);
  #details = byId("zone-table-details", HTMLDetailsElement);
  #past;
  /** @type {uPlot | null} */
  #plot = null;
  #series = "";
  #drawnAt = -Infinity;
  #filledAt = -Infinity;
  #drawnT = -1;
  /** @type {import("./trends.js").Aligned["kind"]} */
  #kind = [];
  /** @type {readonly Named[]} */
  #zones = [];

  /** @param {Trends} trends @param {() => Range} range @param {() => number} startedAt */
  constructor(trends, range, startedAt) {
    this.trends = trends;
    this.range = range;
    this.startedAt = startedAt;
    this.#past = new LookBack("zone-chart", range, () => trends.aligned(this.#zones.map(({ id }) => id), "all"), () => this.#draw());
    byId("zone-chart-png", HTMLButtonElement).addEventListener("click", () => this.#savePng());
    byId("zone-chart-csv", HTMLButtonElement).addEventListener("click", () => saveFile("zones.csv", new Blob([toCsv(trends.rows(this.#zones, this.#past.shown))], { type: "text/csv" })));
    this.#details.addEventListener("toggle", () => this.#details.open && this.#fillTable());
    document.addEventListener("themechange", () => this.#drop());
    new ResizeObserver(() => {
      if (this.#plot && this.#host.clientWidth && this.#host.clientWidth !== this.#plot.width) this.#plot.setSize({ width: this.#host.clientWidth, height: HEIGHT });
    }).observe(this.#host);
  }

  /** @param {readonly Named[]} zones @param {number} now ms */
  render(zones, now) {
    const { lastT } = this.trends;
    this.#section.hidden = zones.length === 0 || lastT === 0;
    if (this.#section.hidden || this.#host.clientWidth === 0) return;
    const series = JSON.stringify([zones.map(({ id, name, colour }) => [id, name, colour]), this.range()]);
    if (series !== this.#series) {
      this.#drop();
      this.#series = series;
      this.#zones = zones;
      this.#past.end();
    }
    if (now - this.#drawnAt < REDRAW_MS || (lastT === this.#drawnT && this.#plot) || (this.#past.frozen && this.#plot)) return;
    this.#drawnAt = now;
    this.#drawnT = lastT;
    this.#draw();
    if (!this.#details.open || now - this.#filledAt < TABLE_MS) return;
    this.#filledAt = now;
    this.#fillTable();
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#drawnAt = -Infinity;
  }

  #draw() {
    const data = this.#past.frozen ?? this.trends.aligned(this.#zones.map(({ id }) => id), this.range());
    this.#plot ??= new uPlot(this.#options(), [[], ...this.#zones.map(() => [])], this.#host);
    this.#kind = data.kind;
    this.#plot.setData([data.t, ...data.values]);
    showKey("zone-chart", data.kind);
  }

  /** @returns {uPlot.Options} */
  #options() {
    const axis = { stroke: cssColour("--text-soft"), font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: cssColour("--line"), width: 1 } };
    return {
      width: this.#host.clientWidth,
      height: HEIGHT,
      legend: { show: true, live: false, markers: MARKERS },
      cursor: { show: false },
      plugins: [stretches(() => this.#kind)],
      padding: [8, 36, 0, 0],
      scales: {
        x: { time: false, range: (_plot, low, high) => this.#past.window(low ?? 0, high ?? 0) },
        y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] },
      },
      axes: [
        { ...axis, size: 28, space: this.startedAt() ? 92 : 56, incrs: TIME_STEPS, grid: { show: false }, values: (_plot, splits) => splits.map((at) => (at < 0 ? "" : timeLabel(at, this.startedAt(), true))) },
        { ...axis, size: countWidth, space: 32, incrs: COUNT_STEPS, values: (_plot, splits) => splits.map((count) => formatCount(count)) },
      ],
      series: [{}, ...this.#zones.map(({ name, colour }, i) => ({ label: name, stroke: colour, width: 2, dash: DASHES[i % DASHES.length], points: { show: false } }))],
    };
  }

  #fillTable() {
    const head = byId("zone-table-head", HTMLElement);
    head.replaceChildren(element("th", { scope: "col" }, t("Time")), ...this.#zones.map(({ name }) => element("th", { scope: "col" }, name)));
    const rows = this.trends.table(this.#zones.map(({ id }) => id), this.range(), TABLE_ROWS);
    byId("zone-table", HTMLElement).replaceChildren(
      ...rows.map(({ start, most }) => element("tr", {}, element("td", {}, timeLabel(start / 1000, this.startedAt(), true)), ...most.map((value) => element("td", {}, value === null ? NONE : value.estimated ? formatEstimate(value.people) : formatCount(value.people))))),
    );
  }

  #savePng() {
    saveChart(this.#host, this.#zones, "zones.png");
  }
}
