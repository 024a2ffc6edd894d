/** The heatmap of a day: all of it, or hour by hour; over today's zones, for no picture is kept. */
import { api } from "../ui/api.js";
import { byId, element, setText } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { HeatLayer } from "../canvas/heat.js";
import { saveFile } from "../zones/exchange.js";
import { decodePlan } from "../zones/plan-json.js";
import { dayOf, decodeHour, hoursOf, summed, within } from "./heat-sum.js";
import { coldText, hourText, pointsIn, warmText } from "./heat-words.js";

/** @typedef {import("./heat-sum.js").Hour} Hour */

const WIDTH = 960;
const HOUR_MS = 3_600_000;

export class HeatDay {
  #canvas = byId("heat-canvas", HTMLCanvasElement);
  #date = byId("heat-date", HTMLInputElement);
  #slider = byId("heat-hour", HTMLInputElement);
  #layer = new HeatLayer();
  /** @type {Hour[]} */
  #hours = [];
  /** @type {readonly import("./digest.js").HistoryPoint[]} what is known of each hour of the day, whole picture */
  #points = [];
  /** @type {readonly import("../zones/shape.js").Shape[]} */
  #shapes = [];
  /** @type {number[]} where the hours of the day begin */
  #starts = [];
  #question = 0;

  /** @param {() => string} camera id @param {(error: unknown) => void} tell */
  constructor(camera, tell) {
    this.camera = camera;
    this.tell = tell;
    this.#date.addEventListener("change", () => void this.load());
    this.#slider.addEventListener("input", () => this.#draw());
    for (const input of document.querySelectorAll('input[name="heat-part"]')) input.addEventListener("change", () => this.#draw());
    byId("heat-day-save", HTMLButtonElement).addEventListener("click", () => this.#canvas.toBlob((blob) => blob && saveFile(`heatmap-${this.#date.value}.png`, blob), "image/png"));
    document.addEventListener("themechange", () => this.#draw());
  }

  /** @param {Date} day to begin with */
  show(day) {
    const local = new Date(day.getTime() - day.getTimezoneOffset() * 60_000);
    this.#date.value = local.toISOString().slice(0, 10);
    void this.load();
  }

  async load() {
    const asked = (this.#question += 1);
    const day = dayOf(this.#date.value);
    if (!day || !this.camera()) return;
    const path = `/api/cameras/${encodeURIComponent(this.camera())}`;
    try {
      const query = new URLSearchParams({ from: day.from.toISOString(), to: day.to.toISOString() });
      const [{ hours }, { series }, { plan }] = await Promise.all([api("GET", `${path}/heatmap?${query}`), api("GET", `${path}/history?${query}&step=3600`), api("GET", `${path}/plan`)]);
      if (asked !== this.#question) return;
      // The server begins with the hour that the day begins in, which is the day before's where clocks differ by half hours.
      this.#hours = hours.map(decodeHour).filter((/** @type {Hour} */ { start }) => start >= day.from.getTime());
      const whole = series.find((/** @type {import("./digest.js").Series} */ { zone }) => zone === null);
      this.#points = pointsIn(whole?.points ?? [], day.from.getTime(), day.to.getTime());
      this.#shapes = decodePlan(plan).shapes;
      this.#starts = hoursOf(day);
      this.#slider.max = String(this.#starts.length - 1);
      if (this.#hours.length) this.#slider.value = String(Math.max(0, this.#starts.findIndex((start) => within(this.#hours, start).length > 0)));
      this.#fillTable();
      this.#draw();
    } catch (error) {
      if (asked === this.#question) this.tell(error);
    }
  }

  get #byHour() {
    return byId("heat-by-hour", HTMLInputElement).checked;
  }

  #draw() {
    const start = this.#starts[Number(this.#slider.value)] ?? 0;
    const chosen = this.#byHour ? within(this.#hours, start) : this.#hours;
    const heatmap = summed(chosen);
    const label = this.#byHour ? this.#label(start) : t("Whole day");
    byId("heat-hour-row", HTMLElement).hidden = !this.#byHour;
    setText(byId("heat-hour-text", HTMLElement), label);
    this.#slider.setAttribute("aria-valuetext", label);
    this.#canvas.hidden = heatmap === null;
    byId("heat-day-save", HTMLButtonElement).hidden = heatmap === null;
    const none = byId("heat-none", HTMLElement);
    none.hidden = heatmap !== null;
    const points = this.#byHour ? pointsIn(this.#points, start, start + HOUR_MS) : this.#points;
    setText(none, heatmap ? "" : coldText(points));
    const people = chosen.reduce((sum, { seconds }) => sum + seconds, 0);
    setText(byId("heat-sum", HTMLElement), heatmap ? warmText(points, people, heatmap.max_seconds) : "");
    if (heatmap) this.#paint(heatmap);
  }

  /** @param {import("../live/protocol.js").Heatmap} heatmap */
  #paint(heatmap) {
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    this.#canvas.width = WIDTH;
    this.#canvas.height = Math.round((WIDTH * heatmap.rows) / heatmap.columns);
    const { width, height } = this.#canvas;
    // Dark in both themes: the colours of heat are made for it.
    context.fillStyle = "#10151c";
    context.fillRect(0, 0, width, height);
    this.#layer.take(heatmap);
    this.#layer.draw(context, { x: 0, y: 0, width, height }, 1);
    context.lineWidth = 3;
    context.font = "600 20px system-ui, sans-serif";
    for (const { kind, points, colour, name } of this.#shapes) {
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x * width, y * height) : context.moveTo(x * width, y * height)));
      if (kind === "zone") context.closePath();
      context.strokeStyle = colour;
      context.stroke();
      const [x, y] = points.reduce((first, point) => (point[1] < first[1] ? point : first));
      const [left, top] = [Math.min(x * width + 8, width - context.measureText(name).width - 8), Math.max(24, y * height - 8)];
      context.lineWidth = 4;
      context.strokeStyle = "#10151c";
      context.strokeText(name, left, top);
      context.fillStyle = "#ffffff";
      context.fillText(name, left, top);
      context.lineWidth = 3;
    }
  }

  #fillTable() {
    const rows = this.#starts.flatMap((start) => {
      const seconds = within(this.#hours, start).reduce((sum, hour) => sum + hour.seconds, 0);
      const text = hourText(pointsIn(this.#points, start, start + HOUR_MS), seconds);
      return text === null ? [] : [element("tr", {}, element("th", { scope: "row" }, this.#label(start)), element("td", {}, text))];
    });
    byId("heat-table", HTMLElement).hidden = rows.length === 0;
    byId("heat-rows", HTMLElement).replaceChildren(...rows);
  }

  /** @param {number} start ms */
  #label(start) {
    const clock = (/** @type {number} */ at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    return `${clock(start)}–${clock(start + HOUR_MS)}`;
  }
}
