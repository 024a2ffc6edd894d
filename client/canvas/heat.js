/** The heatmap as a small picture that is stretched over the frame. */

/** @typedef {import("../live/protocol.js").Heatmap} Heatmap */

/** Red, green, blue, opacity at even steps from none to most; light grows steadily, so grey printing keeps the order. */
const STOPS = [
  [40, 11, 84, 0],
  [101, 21, 110, 120],
  [187, 55, 84, 200],
  [249, 142, 9, 235],
  [252, 255, 164, 255],
];

/** The colours for people now: green and blue, unlike those for the time that people spent. */
const DENSITY_STOPS = [
  [13, 42, 110, 0],
  [17, 86, 150, 110],
  [26, 146, 160, 165],
  [112, 206, 132, 205],
  [236, 246, 160, 235],
];

/** @param {readonly (readonly number[])[]} [stops] @returns {Uint8ClampedArray<ArrayBuffer>} 256 colours, RGBA */
export function heatRamp(stops = STOPS) {
  const ramp = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level += 1) {
    // The square root shows where few people were; a linear scale shows only where one stood long.
    const place = Math.sqrt(level / 255) * (stops.length - 1);
    const from = Math.min(Math.floor(place), stops.length - 2);
    for (let channel = 0; channel < 4; channel += 1) {
      ramp[level * 4 + channel] = stops[from][channel] + (place - from) * (stops[from + 1][channel] - stops[from][channel]);
    }
  }
  return ramp;
}

const RAMP = heatRamp();
export const DENSITY_RAMP = heatRamp(DENSITY_STOPS);

/** @param {ArrayBuffer | Uint8Array} cells one byte a cell @param {Uint8ClampedArray<ArrayBuffer>} [ramp] @returns {Uint8ClampedArray<ArrayBuffer>} RGBA */
export function heatPixels(cells, ramp = RAMP) {
  const levels = cells instanceof ArrayBuffer ? new Uint8Array(cells) : cells;
  const pixels = new Uint8ClampedArray(levels.length * 4);
  levels.forEach((level, cell) => pixels.set(ramp.subarray(level * 4, level * 4 + 4), cell * 4));
  return pixels;
}

/** @param {number} share 0..1 of the most @returns {Uint8ClampedArray<ArrayBuffer>} RGBA */
export function heatColour(share) {
  const level = Math.round(Math.min(Math.max(share, 0), 1) * 255);
  return RAMP.subarray(level * 4, level * 4 + 4);
}

/** @template {{columns: number, rows: number, cells: ArrayBuffer}} [M=Heatmap] */
export class HeatLayer {
  #canvas = document.createElement("canvas");
  #filled = false;
  #ramp;
  /** @type {M | null} what was taken last */
  newest = null;

  /** @param {Uint8ClampedArray<ArrayBuffer>} [ramp] 256 colours, RGBA */
  constructor(ramp = RAMP) {
    this.#ramp = ramp;
  }

  /** @param {M} heatmap */
  take(heatmap) {
    const { columns, rows, cells } = heatmap;
    const pixels = heatPixels(cells, this.#ramp);
    if (pixels.length !== columns * rows * 4) return;
    this.#canvas.width = columns;
    this.#canvas.height = rows;
    this.#canvas.getContext("2d")?.putImageData(new ImageData(pixels, columns, rows), 0, 0);
    this.#filled = true;
    this.newest = heatmap;
  }

  clear() {
    this.#filled = false;
    this.newest = null;
  }

  /** @param {CanvasRenderingContext2D} context @param {import("../core/fit.js").Rect} place @param {number} opacity 0..1 */
  draw(context, place, opacity) {
    if (!this.#filled) return;
    context.save();
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#canvas, place.x, place.y, place.width, place.height);
    context.restore();
  }
}
