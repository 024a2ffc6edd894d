/** The course of all zones in one chart. */
import uPlot from "uplot";
import { formatCount } from "../core/format.js";
import { byId } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { MARKERS, cssColour } from "../charts/time-axis.js";
import { saveChart } from "../charts/chart-picture.js";
import { PALETTE } from "../zones/shape.js";
import { unknownStretches } from "./certainty.js";
import { aligned } from "./digest.js";
import { drawUnknown } from "./hatch.js";

/** @typedef {import("./digest.js").Series} Series */

const HEIGHT = 320;
/** Told apart without colours; the whole picture is the solid, thick one. */
const DASHES = [[8, 4], [2, 3], [10, 3, 2, 3], [4, 2], [14, 4]];

/** @param {Series} series */
export function nameOf({ zone }) {
  return zone ? zone.name : t("Whole picture");
}

/** @typedef {{colour: string, dash: number[]}} Look */

/**
 * How the lines look, by zone: in the colours in which the zones are drawn, and the same whatever figure is chosen.
 * @param {readonly Series[]} series @param {readonly {id: string, colour: string}[]} shapes as they are drawn today @returns {Map<string, Look>}
 */
export function looksOf(series, shapes) {
  const drawn = new Map(shapes.map(({ id, colour }) => [id, colour]));
  const zones = series.flatMap(({ zone }) => zone ?? []);
  return new Map(zones.map(({ id }, i) => [id, { colour: drawn.get(id) ?? PALETTE[i % PALETTE.length], dash: DASHES[i % DASHES.length] }]));
}

export class HistoryChart {
  #host = byId("history-chart", HTMLElement);
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {({name: string} & Look)[]} */
  #lines = [];
  /** @type {() => void} */
  #redraw = () => {};

  constructor() {
    document.addEventListener("themechange", () => this.#redraw());
    new ResizeObserver(() => {
      if (this.#plot && this.#host.clientWidth && this.#host.clientWidth !== this.#plot.width) this.#plot.setSize({ width: this.#host.clientWidth, height: HEIGHT });
    }).observe(this.#host);
  }

  /** @param {readonly Series[]} series @param {"mean" | "max" | "entries"} figure @param {number} stepS @param {import("./span.js").Span} span @param {ReadonlyMap<string, Look>} [looks] */
  draw(series, figure, stepS, span, looks = looksOf(series, [])) {
    this.#redraw = () => this.draw(series, figure, stepS, span, looks);
    this.#plot?.destroy();
    this.#lines = series.map((one) => ({ name: nameOf(one), ...((one.zone && looks.get(one.zone.id)) ?? { colour: cssColour("--accent"), dash: [] }) }));
    const { t, values } = aligned(series, figure, stepS);
    this.#plot = new uPlot(this.#options(series, stepS, span), [t, ...values], this.#host);
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

  /** @param {readonly Series[]} series @param {number} stepS @param {import("./span.js").Span} span @returns {uPlot.Options} */
  #options(series, stepS, { from, to }) {
    const unknown = unknownStretches(series, stepS);
    const axis = { stroke: cssColour("--text-soft"), font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: cssColour("--line"), width: 1 } };
    const range = /** @type {[number, number]} */ ([from.getTime() / 1000, to.getTime() / 1000]);
    const days = range[1] - range[0] > 100_000;
    const label = (/** @type {number} */ at) => new Date(at * 1000).toLocaleString(locale, days ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
    return {
      width: this.#host.clientWidth,
      height: HEIGHT,
      legend: { show: true, live: false, markers: MARKERS },
      cursor: { show: false },
      padding: [8, 32, 0, 0],
      hooks: { drawClear: [(plot) => drawUnknown(plot, unknown)] },
      scales: { x: { time: true, range }, y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] } },
      axes: [
        { ...axis, size: 28, space: 84, grid: { show: false }, values: (_plot, splits) => splits.map(label) },
        { ...axis, size: 40, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], values: (_plot, splits) => splits.map((count) => formatCount(count)) },
      ],
      series: [
        {},
        ...series.map((one, i) => ({
          label: this.#lines[i].name,
          stroke: this.#lines[i].colour,
          width: one.zone ? 2 : 3,
          dash: this.#lines[i].dash,
          points: { show: one.points.length < 3 },
        })),
      ],
    };
  }
}
