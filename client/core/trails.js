/** Where each person's feet were in the last moments. */

/** @typedef {import("../live/protocol.js").Person} Person */

/**
 * @typedef {object} TrailPoint
 * @property {number} x 0..1 of the frame
 * @property {number} y 0..1 of the frame
 * @property {number} t ms, capture time
 */

export class Trails {
  /** @type {Map<number, TrailPoint[]>} */
  #points = new Map();
  #epoch = 0;
  #keepMs;

  /** @param {number} [keepMs] how long a trail is */
  constructor(keepMs = 2500) {
    this.#keepMs = keepMs;
  }

  /**
   * Takes in one frame. Whoever was not seen for the length of a trail is forgotten.
   * @param {readonly Person[]} people @param {number} t ms @param {number} epoch
   */
  add(people, t, epoch) {
    if (epoch !== this.#epoch) this.clear();
    this.#epoch = epoch;
    for (const { id, box } of people) {
      const trail = this.#points.get(id) ?? [];
      trail.push({ x: (box[0] + box[2]) / 2, y: box[3], t });
      this.#points.set(id, trail);
    }
    for (const [id, trail] of this.#points) {
      while (trail.length && t - trail[0].t > this.#keepMs) trail.shift();
      if (!trail.length) this.#points.delete(id);
    }
  }

  /** @param {number} id @returns {readonly TrailPoint[]} oldest first */
  of(id) {
    return this.#points.get(id) ?? [];
  }

  get size() {
    return this.#points.size;
  }

  clear() {
    this.#points.clear();
  }
}
