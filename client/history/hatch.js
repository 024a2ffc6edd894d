/** Draws when the number of people was unknown: in stripes, with the word where there is room for it. */
import uPlot from "uplot";
import { t } from "../ui/words.js";
import { cssColour } from "../charts/time-axis.js";

/** CSS pixels between stripes. */
const STRIPE = 8;
/** A stretch of a moment is seen all the same, CSS pixels. */
const LEAST = 3;

/** @param {uPlot} plot @param {readonly import("./certainty.js").Stretch[]} stretches */
export function drawUnknown(plot, stretches) {
  const { ctx: context, bbox: box } = plot;
  const scale = window.devicePixelRatio || 1;
  const place = (/** @type {number} */ ms) => Math.min(box.left + box.width, Math.max(box.left, plot.valToPos(ms / 1000, "x", true)));
  for (const { from, to } of stretches) {
    const left = place(from);
    const width = Math.max(LEAST * scale, place(to) - left);
    context.save();
    context.beginPath();
    context.rect(left, box.top, width, box.height);
    context.clip();
    stripes(context, { left, top: box.top, width, height: box.height }, scale);
    word(context, left + width / 2, box.top, width, scale);
    context.restore();
  }
}

/** @param {CanvasRenderingContext2D} context @param {{left: number, top: number, width: number, height: number}} box @param {number} scale */
function stripes(context, { left, top, width, height }, scale) {
  context.strokeStyle = cssColour("--text-soft");
  context.globalAlpha = 0.45;
  context.lineWidth = scale;
  context.beginPath();
  for (let x = left - height; x < left + width; x += STRIPE * scale) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {number} middle @param {number} top @param {number} width @param {number} scale */
function word(context, middle, top, width, scale) {
  const text = t("Unknown");
  context.font = `600 ${12 * scale}px system-ui, sans-serif`;
  const needed = context.measureText(text).width + 12 * scale;
  if (needed > width) return;
  context.fillStyle = cssColour("--surface");
  context.fillRect(middle - needed / 2, top + 6 * scale, needed, 20 * scale);
  context.fillStyle = cssColour("--text");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, middle, top + 16 * scale);
}
