/** From where the plan was drawn to the stage and back: where the picture lies in it, whether it is mirrored, and how it
 * lies to the frames that were drawn on. Pure. */
import { tidy } from "./shape.js";
import { SAME, inverse, mapPoint } from "./view.js";

/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {{x: number, y: number}} Spot CSS pixels from the upper left corner of the stage */

/** Pixels: so near to the border of the picture nobody aims at anything else, and a zone that ends there has no outline. */
const NEAR = 8;

/** @param {number} at pixels from the beginning of the picture @param {number} size of the picture, pixels @returns {number} 0..1 */
function share(at, size) {
  if (!size || Math.abs(at) <= NEAR) return 0;
  return Math.abs(size - at) <= NEAR ? 1 : at / size;
}

export class Lens {
  /** @param {import("../core/fit.js").Rect} place of the picture on the stage @param {boolean} mirror @param {import("./view.js").Matrix} [matrix] from the plan to the frame */
  constructor(place, mirror, matrix = SAME) {
    this.place = place;
    this.mirror = mirror;
    this.matrix = matrix;
    this.back = matrix === SAME ? SAME : inverse(matrix);
  }

  /** @param {Point} point @returns {Spot} */
  toStage(point) {
    const { place } = this;
    const [x, y] = this.matrix === SAME ? point : mapPoint(this.matrix, point);
    return { x: place.x + (this.mirror ? 1 - x : x) * place.width, y: place.y + y * place.height };
  }

  /** The nearest point of the plan's frame; near the border of the picture, on it. @param {Spot} spot @returns {Point} */
  toFrame({ x, y }) {
    const { place } = this;
    const across = share(x - place.x, place.width);
    return tidy(mapPoint(this.back, [this.mirror ? 1 - across : across, share(y - place.y, place.height)]));
  }

  /** @param {number} dx pixels @param {number} dy pixels @returns {Point} the same distance in the plan's frame */
  delta(dx, dy) {
    const { place } = this;
    const [a, b, , d, e] = this.back;
    const [across, down] = [place.width ? ((this.mirror ? -1 : 1) * dx) / place.width : 0, place.height ? dy / place.height : 0];
    return [a * across + b * down, d * across + e * down];
  }
}
