/** Draws the ground from above: the heatmap in metres, the zones, and who stands where now. */
import { colourOf } from "../core/colour.js";
import { formatTenth } from "../core/format.js";
import { t } from "../ui/words.js";
import { groundMap } from "../zones/ground.js";
import { heatColour } from "./heat.js";
import { extentOf, gridStep, planGrid } from "./plan-grid.js";

/**
 * @typedef {import("../zones/geometry.js").Point} Point
 * @typedef {import("../zones/shape.js").Plan} Plan
 * @typedef {import("./plan-grid.js").Extent} Extent
 * @typedef {{ground: string, sunken: string, line: string, text: string, soft: string}} Paint colours of the page
 */

const FOOT = 44;
const GRID = 200;
const FONT = "13px system-ui, sans-serif";

/** @param {CanvasRenderingContext2D} context @param {import("./plan-grid.js").PlanGrid} grid @param {number} width @param {number} height */
function drawGrid(context, grid, width, height) {
  const small = document.createElement("canvas");
  small.width = grid.columns;
  small.height = grid.rows;
  const pixels = new Uint8ClampedArray(grid.columns * grid.rows * 4);
  grid.values.forEach((value, at) => {
    if (!Number.isNaN(value)) pixels.set(heatColour(grid.most ? value / grid.most : 0), at * 4);
  });
  small.getContext("2d")?.putImageData(new ImageData(pixels, grid.columns, grid.rows), 0, 0);
  context.drawImage(small, 0, 0, width, height);
}

/** What the camera sees is lighter than what it does not. @param {CanvasRenderingContext2D} context @param {import("./plan-grid.js").PlanGrid} grid @param {number} width @param {number} height @param {string} colour */
function drawSeen(context, grid, width, height, colour) {
  const [w, h] = [width / grid.columns, height / grid.rows];
  context.fillStyle = colour;
  for (let row = 0; row < grid.rows; row += 1) {
    let from = -1;
    for (let column = 0; column <= grid.columns; column += 1) {
      const seen = column < grid.columns && !Number.isNaN(grid.values[row * grid.columns + column]);
      if (seen && from < 0) from = column;
      if (!seen && from >= 0) {
        context.fillRect(from * w, row * h, (column - from) * w, h + 0.5);
        from = -1;
      }
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {Extent} extent @param {number} scale pixels a metre @param {Paint} paint */
function drawMetres(context, extent, scale, paint) {
  const step = gridStep(Math.max(extent.width, extent.height), 8);
  context.strokeStyle = paint.line;
  context.fillStyle = paint.soft;
  context.lineWidth = 1;
  context.font = FONT;
  for (let x = Math.ceil(extent.left / step) * step; x < extent.left + extent.width; x += step) {
    const at = Math.round((x - extent.left) * scale) + 0.5;
    context.strokeRect(at, 0, 0, extent.height * scale);
    context.fillText(t("{n} m", { n: Number(x.toFixed(2)) }), at + 4, extent.height * scale - 6);
  }
  for (let y = Math.ceil(extent.top / step) * step; y < extent.top + extent.height; y += step) {
    const at = Math.round((y - extent.top) * scale) + 0.5;
    context.strokeRect(0, at, extent.width * scale, 0);
    if (y > extent.top + step / 2) context.fillText(t("{n} m", { n: Number(y.toFixed(2)) }), 4, at - 4);
  }
}

/** As much of a name as there is room for. @param {CanvasRenderingContext2D} context @param {string} name @param {number} width */
function fitting(context, name, width) {
  if (context.measureText(name).width <= width) return name;
  for (let length = name.length - 1; length > 1; length -= 1) {
    const shorter = `${name.slice(0, length).trimEnd()}…`;
    if (context.measureText(shorter).width <= width) return shorter;
  }
  return "";
}

/** @param {CanvasRenderingContext2D} context @param {Plan} plan @param {(point: Point) => Point | null} place @param {Paint} paint */
function drawShapes(context, plan, place, paint) {
  context.font = `600 ${FONT}`;
  for (const { kind, points, colour, name } of plan.shapes) {
    const places = points.map(place);
    if (places.some((at) => at === null)) continue;
    context.beginPath();
    places.forEach((at, i) => at && (i ? context.lineTo(...at) : context.moveTo(...at)));
    if (kind === "zone") context.closePath();
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    context.stroke();
    const [xs, ys] = [0, 1].map((axis) => places.map((at) => at?.[axis] ?? 0));
    const shown = fitting(context, name, Math.max(...xs) - Math.min(...xs) - 6);
    const [x, y] = /** @type {Point} */ (places[ys.indexOf(Math.min(...ys))]);
    const left = Math.min(x, Math.max(...xs) - context.measureText(shown).width - 6) + 4;
    context.fillStyle = paint.text;
    context.strokeStyle = paint.ground;
    context.lineWidth = 3;
    context.strokeText(shown, left, y + 16);
    context.fillText(shown, left, y + 16);
  }
}

/**
 * @param {HTMLCanvasElement} canvas @param {import("./stage.js").Stage} stage @param {Plan} plan @param {Paint} paint
 * @param {{width: number, height: number}} room pixels of the page
 * @returns {boolean} whether there is anything to show
 */
export function drawPlan(canvas, stage, plan, paint, room) {
  const { shown, heatmap } = stage;
  const map = plan.calibration && shown && groundMap(plan.calibration, shown.bitmap.width / shown.bitmap.height);
  const context = canvas.getContext("2d");
  if (!map || !plan.calibration || !heatmap || !context || room.width <= 0) return false;
  const corners = plan.shapes.flatMap(({ points }) => points.map((point) => map.toGround(point)));
  const extent = extentOf(plan.calibration.metres, corners);
  const scale = Math.min(room.width / extent.width, Math.max(200, room.height - FOOT) / extent.height);
  const [w, h] = [extent.width * scale, extent.height * scale];
  const density = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(w * density);
  canvas.height = Math.round((h + FOOT) * density);
  canvas.style.width = `${w}px`;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.fillStyle = paint.sunken;
  context.fillRect(0, 0, w, h + FOOT);
  const grid = planGrid(heatmap, map, extent, Math.min(GRID, Math.round(w)), Math.min(GRID, Math.round(h)));
  drawSeen(context, grid, w, h, paint.ground);
  drawMetres(context, extent, scale, paint);
  drawGrid(context, grid, w, h);
  const place = (/** @type {Point} */ point) => {
    const at = map.toGround(point);
    return at && /** @type {Point} */ ([(at[0] - extent.left) * scale, (at[1] - extent.top) * scale]);
  };
  drawShapes(context, plan, place, paint);
  for (const { id, box } of shown.result.people) {
    const at = place([(box[0] + box[2]) / 2, box[3]]);
    if (!at || at[0] < 0 || at[1] < 0 || at[0] > w || at[1] > h) continue;
    context.beginPath();
    context.arc(...at, 6, 0, 2 * Math.PI);
    context.fillStyle = colourOf(id);
    context.fill();
    context.strokeStyle = paint.text;
    context.lineWidth = 1.5;
    context.stroke();
  }
  drawFoot(context, paint, w, h, t("{seconds} s of people per m²", { seconds: formatTenth(grid.most) }));
  return true;
}

/** The colours and what the brightest stands for. @param {CanvasRenderingContext2D} context @param {Paint} paint @param {number} width @param {number} top @param {string} words */
export function drawFoot(context, paint, width, top, words) {
  context.fillStyle = paint.ground;
  context.fillRect(0, top, width, FOOT);
  const [left, ramp] = [12, Math.min(160, width / 3)];
  for (let x = 0; x < ramp; x += 1) {
    const [r, g, b] = heatColour((x / ramp) ** 2);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(left + x, top + 14, 1.5, 16);
  }
  context.font = FONT;
  context.fillStyle = paint.text;
  context.fillText(words, left + ramp + 10, top + 27, Math.max(20, width - ramp - 32));
}
