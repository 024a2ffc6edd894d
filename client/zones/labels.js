/** Where labels stand: at the topmost corner of their shape, inside the picture, and not on each other. Pure. */

/**
 * @typedef {object} Wanted
 * @property {string} id
 * @property {readonly import("./geometry.js").Point[]} points
 * @property {string} text
 */

const HEIGHT = 28;
const LONGEST = 240;
/** Measuring text would cost a layout; a label may be a little wider than it needs. */
const LETTER = 7.6;
const REST = 34;
const STATUS = 280;

/** @param {readonly Wanted[]} labels @param {import("./lens.js").Lens} lens @returns {{id: string, x: number, y: number}[]} upper left corners */
export function placeLabels(labels, lens) {
  const { place } = lens;
  /** @type {{id: string, x: number, y: number, width: number}[]} */
  const placed = [];
  // The status stands in the upper left corner of the stage.
  const taken = [{ x: 0, y: 8, width: STATUS }];
  for (const { id, points, text } of labels) {
    const spots = points.map((point) => lens.toStage(point));
    const top = spots.reduce((best, spot) => (spot.y < best.y ? spot : best));
    const width = Math.min(LONGEST, REST + text.trim().length * LETTER);
    const x = Math.max(place.x + 4, Math.min(top.x, place.x + place.width - width - 4));
    let y = Math.max(place.y + 4, top.y - HEIGHT - 4);
    const blocked = () => [...taken, ...placed].some((other) => Math.abs(other.y - y) < HEIGHT && other.x < x + width && x < other.x + other.width);
    while (blocked() && y < place.y + place.height - HEIGHT) y += HEIGHT;
    placed.push({ id, x, y, width });
  }
  return placed;
}
