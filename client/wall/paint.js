/** Draws one tile: the picture, the zones with their levels, the people of that very picture. */
import { colourOf } from "../core/colour.js";
import { letterbox } from "../core/fit.js";
import { boxOnStage, drawBox } from "../canvas/overlay.js";

/**
 * @typedef {object} Frame
 * @property {ImageBitmap | null} bitmap null where only numbers are looked at
 * @property {number} width
 * @property {number} height
 * @property {readonly {id: number, box: [number, number, number, number]}[]} people
 *
 * @typedef {object} Outline
 * @property {readonly (readonly [number, number])[]} points 0..1 of the frame
 * @property {boolean} closed
 * @property {string} colour
 * @property {import("./types.js").Level} level
 */

/** The level is told by the pattern as well: dots for none, dashes for a warning, a thick line for the worst. */
const STYLES = {
  clear: { width: 2, dash: [], colour: "" },
  warning: { width: 3, dash: [10, 6], colour: "#f0b352" },
  critical: { width: 5, dash: [], colour: "#ff5a4d" },
};
const HALO = "rgb(0 0 0 / 0.6)";

/** @param {CanvasRenderingContext2D} context @param {Outline} outline @param {import("../core/fit.js").Rect} place */
function drawOutline(context, { points, closed, colour, level }, place) {
  const style = STYLES[level];
  context.beginPath();
  for (const [x, y] of points) context.lineTo(place.x + x * place.width, place.y + y * place.height);
  if (closed) context.closePath();
  context.setLineDash([]);
  context.lineJoin = "round";
  context.lineWidth = style.width + 2.5;
  context.strokeStyle = HALO;
  context.stroke();
  context.setLineDash(style.dash);
  context.lineWidth = style.width;
  context.strokeStyle = style.colour || colour;
  context.stroke();
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {{width: number, height: number}} size of the tile's canvas, CSS pixels
 * @param {Frame | null} frame
 * @param {readonly Outline[]} outlines
 */
export function paintTile(context, size, frame, outlines) {
  context.fillStyle = "#0b0d0e";
  context.fillRect(0, 0, size.width, size.height);
  if (!frame) return;
  const place = letterbox(frame.width, frame.height, size.width, size.height);
  if (frame.bitmap) {
    context.drawImage(frame.bitmap, place.x, place.y, place.width, place.height);
  } else {
    context.fillStyle = "#1a1f22";
    context.fillRect(place.x, place.y, place.width, place.height);
  }
  for (const outline of outlines) drawOutline(context, outline, place);
  for (const person of frame.people) drawBox(context, boxOnStage({ ...person, score: 1 }, place), colourOf(person.id));
}
