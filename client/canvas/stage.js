/** What lies on the stage: the frame that was counted, and on it what was found in this very frame. */
import { colourOf } from "../core/colour.js";
import { letterbox } from "../core/fit.js";
import { Trails } from "../core/trails.js";
import { DENSITY_RAMP, HeatLayer } from "./heat.js";
import { boxOnStage, drawBox, drawPlate, drawTrail, mirrored } from "./overlay.js";

/**
 * @typedef {object} Shown a frame with its answer
 * @property {ImageBitmap} bitmap the picture that was sent; closed by the stage
 * @property {import("../live/protocol.js").Result} result
 * @property {number} capturedAt ms, `performance.now()` clock
 *
 * @typedef {Omit<Shown, "result"> & {result: Pick<Shown["result"], "people" | "t" | "epoch" | "heatmap" | "crowd" | "crowd_map">}} Drawn what is drawn of it
 *
 * @typedef {object} Layers
 * @property {boolean} boxes
 * @property {boolean} identities
 * @property {boolean} trails
 * @property {boolean} zones
 * @property {boolean} heatmap
 * @property {boolean} density where the people of a crowd are
 * @property {number} opacity of the heatmap, 10..100
 */

/** Bright enough to be seen, and the people under it as well. */
const DENSITY_OPACITY = 0.75;

export class Stage {
  /** @type {Drawn | null} */
  #shown = null;
  #painted = true;
  #trails = new Trails();
  #heat = /** @type {HeatLayer} */ (new HeatLayer());
  #density = /** @type {HeatLayer<import("../live/protocol.js").CrowdMap>} */ (new HeatLayer(DENSITY_RAMP));
  #size = { width: 16, height: 9 };

  /**
   * @param {HTMLElement} root
   * @param {HTMLCanvasElement} picture
   * @param {HTMLCanvasElement} overlay
   * @param {() => void} changed asks for a draw
   */
  constructor(root, picture, overlay, changed) {
    this.root = root;
    this.picture = picture;
    this.overlay = overlay;
    this.pictureContext = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d", { alpha: false }));
    this.context = /** @type {CanvasRenderingContext2D} */ (overlay.getContext("2d"));
    // Sizes are read here, when they change, and never while drawing.
    new ResizeObserver(([entry]) => {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
      this.#fitOverlay();
      changed();
    }).observe(root);
  }

  get isEmpty() {
    return this.#shown === null;
  }

  /** @param {Drawn} shown takes the place of the frame before */
  show(shown) {
    this.#shown?.bitmap.close();
    this.#shown = shown;
    this.#painted = false;
    this.#trails.add(shown.result.people, shown.result.t, shown.result.epoch);
    if (shown.result.heatmap) this.#heat.take(shown.result.heatmap);
    if (shown.result.crowd_map) this.#density.take(shown.result.crowd_map);
    else if (!shown.result.crowd) this.#density.clear();
  }

  /** Counting starts anew: nothing of before may stay. */
  forget() {
    this.#trails.clear();
    this.#heat.clear();
    this.#density.clear();
  }

  clear() {
    this.forget();
    this.#shown?.bitmap.close();
    this.#shown = null;
    this.#painted = true;
    this.context.clearRect(0, 0, this.overlay.width, this.overlay.height);
    this.pictureContext.fillRect(0, 0, this.picture.width, this.picture.height);
  }

  /**
   * @param {Layers} layers
   * @param {boolean} mirror
   * @returns {Drawn | null} the frame, if it was drawn for the first time now
   */
  draw(layers, mirror) {
    const shown = this.#shown;
    if (!shown) return null;
    const first = !this.#painted;
    if (first) this.#drawPicture(shown.bitmap);
    this.#drawOverlay(shown, layers, mirror);
    return first ? shown : null;
  }

  /** The newest heatmap. */
  get heatmap() {
    return this.#heat.newest;
  }

  /** Where the people of the crowd are; null while there is none. */
  get density() {
    return this.#density.newest;
  }

  /** The frame on the stage. */
  get shown() {
    return this.#shown;
  }

  /**
   * The frame with the heatmap over it, in the frame's own size, whatever the stage shows.
   * @param {CanvasRenderingContext2D} context @param {number} opacity 0..1 @param {boolean} mirror
   */
  drawHeated(context, opacity, mirror) {
    if (!this.#shown) return;
    const { bitmap } = this.#shown;
    const place = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
    context.save();
    if (mirror) context.setTransform(-1, 0, 0, 1, bitmap.width, 0);
    context.drawImage(bitmap, 0, 0);
    this.#heat.draw(context, place, opacity);
    context.restore();
  }

  /** In the picture's own pixels; the browser letterboxes it (`object-fit`). @param {ImageBitmap} bitmap */
  #drawPicture(bitmap) {
    const { width, height } = bitmap;
    if (this.picture.width !== width || this.picture.height !== height) {
      this.picture.width = width;
      this.picture.height = height;
      // A narrow window gives the stage the picture's shape.
      this.root.style.setProperty("--aspect", String(width / height));
    }
    this.pictureContext.drawImage(bitmap, 0, 0);
    this.#painted = true;
  }

  /** @param {Drawn} shown @param {Layers} layers @param {boolean} mirror */
  #drawOverlay({ bitmap, result }, layers, mirror) {
    const { context } = this;
    const { width, height } = this.#size;
    context.clearRect(0, 0, width, height);
    const place = letterbox(bitmap.width, bitmap.height, width, height);
    if (layers.heatmap) this.#drawLayer(this.#heat, place, layers.opacity / 100, mirror);
    if (layers.density) this.#drawLayer(this.#density, place, DENSITY_OPACITY, mirror);
    if (layers.trails) for (const { id } of result.people) drawTrail(context, this.#trails.of(id), colourOf(id), place, mirror);
    const boxes = result.people.map((person) => {
      const box = boxOnStage(person, place);
      return { id: person.id, box: mirror ? mirrored(box, place) : box };
    });
    if (layers.boxes) for (const { id, box } of boxes) drawBox(context, box, colourOf(id));
    if (layers.identities) for (const { id, box } of boxes) drawPlate(context, id, box, place);
  }

  /** @param {Pick<HeatLayer, "draw">} layer @param {import("../core/fit.js").Rect} place @param {number} opacity @param {boolean} mirror */
  #drawLayer(layer, place, opacity, mirror) {
    this.context.save();
    if (mirror) {
      this.context.translate(2 * place.x + place.width, 0);
      this.context.scale(-1, 1);
    }
    layer.draw(this.context, place, opacity);
    this.context.restore();
  }

  #fitOverlay() {
    const density = Math.min(3, window.devicePixelRatio || 1);
    this.overlay.width = Math.max(1, Math.round(this.#size.width * density));
    this.overlay.height = Math.max(1, Math.round(this.#size.height * density));
    this.context.setTransform(density, 0, 0, density, 0, 0);
  }
}
