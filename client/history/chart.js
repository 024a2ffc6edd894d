/** The course of all zones in one chart. */
import uPlot from "uplot";
import { formatCount } from "../core/format.js";
import { byId } from "../site/dom.js";
import { locale, t } from "../site/words.js";
import { cssColour } from "../studio/time-axis.js";
import { saveChart } from "../zones/chart-picture.js";
import { PALETTE } from "../zones/shape.js";
import { aligned } from "./digest.js";

/** @typedef {import("./digest.js").Series} Series */

const HEIGHT = 320;
/** Told apart without colours; the whole picture is the solid, thick one. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 2]];

/** @param {Series} series */
export function nameOf({ zone }) {
  return zone ? zone.name : t("Whole picture");
}

/** @param {Series} series @param {number} i its place */
function colourOf({ zone }, i) {
  return zone ? PALETTE[(i - 1 + PALETTE.length) % PALETTE.length] : cssColour("--accent");
}

export class HistoryChart {
  #host = byId("history-chart", HTMLElement);
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {{name: string, colour: string}[]} */
  #lines = [];
  /** @type {() => void} */
  #redraw = () => {};

  constructor() {
    document.addEventListener("themechange", () => this.#redraw());
    new ResizeObserver(() => {
      if (this.#plot && this.#host.clientWidth && this.#host.clientWidth !== this.#plot.width) this.#plot.setSize({ width: this.#host.clientWidth, height: HEIGHT });
    }).observe(this.#host);
  }

  /** @param {readonly Series[]} series @param {"mean" | "max" | "entries"} figure @param {number} stepS @param {import("./span.js").Span} span */
  draw(series, figure, stepS, span) {
    this.#redraw = () => this.draw(series, figure, stepS, span);
    this.#plot?.destroy();
    this.#lines = series.map((one, i) => ({ name: nameOf(one), colour: colourOf(one, i) }));
    const { t, values } = aligned(series, figure, stepS);
    this.#plot = new uPlot(this.#options(series, span), [t, ...values], this.#host);
  }

  /** As a picture. */
  save() {
    saveChart(this.#host, this.#lines, "history.png");
  }

  clear() {
    this.#redraw = () => {};
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** @param {readonly Series[]} series @param {import("./span.js").Span} span @returns {uPlot.Options} */
  #options(series, { from, to }) {
    const axis = { stroke: cssColour("--text-soft"), font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: cssColour("--line"), width: 1 } };
    const range = /** @type {[number, number]} */ ([from.getTime() / 1000, to.getTime() / 1000]);
    const days = range[1] - range[0] > 100_000;
    const label = (/** @type {number} */ at) => new Date(at * 1000).toLocaleString(locale, days ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
    return {
      width: this.#host.clientWidth,
      height: HEIGHT,
      legend: { show: true, live: false },
      cursor: { show: false },
      padding: [8, 32, 0, 0],
      scales: { x: { time: true, range }, y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] } },
      axes: [
        { ...axis, size: 28, space: 84, grid: { show: false }, values: (_plot, splits) => splits.map(label) },
        { ...axis, size: 40, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], values: (_plot, splits) => splits.map((count) => formatCount(count)) },
      ],
      series: [
        {},
        ...series.map((one, i) => ({
          label: nameOf(one),
          stroke: colourOf(one, i),
          width: one.zone ? 2 : 3,
          dash: one.zone ? DASHES[i % DASHES.length] : [],
          points: { show: one.points.length < 3 },
        })),
      ],
    };
  }
}
