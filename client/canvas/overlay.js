/** Draws people over a frame: outline, identity on a plate, trail. Lengths are CSS pixels. */
import { PLATE_TEXT, colourOf } from "../core/colour.js";

/** @typedef {import("../core/fit.js").Rect} Rect */
/** @typedef {import("../live/protocol.js").Person} Person */

const HALO = "rgb(0 0 0 / 0.6)";
const FONT = "600 13px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const PLATE = { height: 18, pad: 5 };

/** @param {Person} person @param {Rect} place @returns {Rect} */
export function boxOnStage({ box }, place) {
  const [left, top, right, bottom] = box;
  return { x: place.x + left * place.width, y: place.y + top * place.height, width: (right - left) * place.width, height: (bottom - top) * place.height };
}

/** The plate sits on the box; where that would leave the picture, inside. @param {Rect} box @param {Rect} place @param {number} width @returns {{x: number, y: number}} */
export function platePlace(box, place, width) {
  const above = box.y - PLATE.height;
  return {
    x: Math.max(place.x, Math.min(box.x - 1, place.x + place.width - width)),
    y: above >= place.y ? above : Math.max(place.y, box.y),
  };
}

/** @param {Rect} box @param {Rect} place @returns {Rect} */
export function mirrored(box, place) {
  return { ...box, x: 2 * place.x + place.width - box.x - box.width };
}

/** A dark halo under the colour keeps the outline visible on any picture. @param {CanvasRenderingContext2D} context @param {Rect} box @param {string} colour */
export function drawBox(context, box, colour) {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 3);
  context.lineWidth = 4.5;
  context.strokeStyle = HALO;
  context.stroke();
  context.lineWidth = 2.25;
  context.strokeStyle = colour;
  context.stroke();
}

/** @type {Map<string, number>} */
const widths = new Map();

/** @param {CanvasRenderingContext2D} context @param {string} text */
function widthOf(context, text) {
  // Tabular enough: labels of equal length differ by a pixel or two, and measuring each one each draw is dear.
  const key = text.replace(/\d/g, "0");
  let width = widths.get(key);
  if (width === undefined) {
    width = context.measureText(key).width + 2 * PLATE.pad;
    widths.set(key, width);
  }
  return width;
}

/** @param {CanvasRenderingContext2D} context @param {number} id @param {Rect} box @param {Rect} place */
export function drawPlate(context, id, box, place) {
  context.font = FONT;
  const text = String(id);
  const width = widthOf(context, text);
  const { x, y } = platePlace(box, place, width);
  context.fillStyle = HALO;
  context.fillRect(x - 1, y - 1, width + 2, PLATE.height + 2);
  context.fillStyle = colourOf(id);
  context.fillRect(x, y, width, PLATE.height);
  context.fillStyle = PLATE_TEXT;
  context.textBaseline = "middle";
  context.fillText(text, x + PLATE.pad, y + PLATE.height / 2 + 0.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly import("../core/trails.js").TrailPoint[]} trail
 * @param {string} colour
 * @param {Rect} place
 * @param {boolean} mirror
 */
export function drawTrail(context, trail, colour, place, mirror) {
  if (trail.length < 2) return;
  context.beginPath();
  for (const point of trail) {
    const x = mirror ? 1 - point.x : point.x;
    context.lineTo(place.x + x * place.width, place.y + point.y * place.height);
  }
  context.lineJoin = "round";
  context.lineCap = "round";
  context.lineWidth = 4;
  context.strokeStyle = HALO;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.stroke();
}
