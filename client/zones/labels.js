/** Where labels stand: at the topmost corner of their shape, inside the picture, and not on each other. Pure. */

/**
 * @typedef {object} Wanted
 * @property {string} id
 * @property {readonly import("./geometry.js").Point[]} points
 * @property {string} name
 * @property {string} figure
 * @property {string} level in words; empty when all is clear
 * @property {boolean} whole whether the name is needed, however little room there is
 *
 * @typedef {object} Placed
 * @property {string} id
 * @property {number} x of the upper left corner @property {number} y
 * @property {boolean} compact without its name
 */

const HEIGHT = 28;
const LONGEST = 288;
/** Measuring text would cost a layout; a label may be a little wider than it needs. Figures are larger than names. */
const LETTER = 7.8;
const DIGIT = 9.6;
const REST = 34;
const STATUS = 280;
/** Labels that cover more of the picture hide what is counted: names go, figures stay. */
const COVERED = 0.2;

/** @param {Wanted} label @param {boolean} compact */
function widthOf({ name, figure, level }, compact) {
  const text = (compact ? 0 : name.length * LETTER) + figure.length * DIGIT + (level ? 20 + level.length * LETTER : 0);
  return Math.min(LONGEST, REST + text);
}

/** @param {readonly Wanted[]} labels @param {import("./zoom-lens.js").Lens} lens @returns {Placed[]} */
export function placeLabels(labels, lens) {
  const { place } = lens;
  const area = labels.reduce((sum, label) => sum + widthOf(label, false) * HEIGHT, 0);
  const crowded = area > COVERED * place.width * place.height;
  /** @type {(Placed & {width: number})[]} */
  const placed = [];
  // The status stands in the upper left corner of the stage.
  const taken = [{ x: 0, y: 8, width: Math.min(STATUS, place.width * 0.6) }];
  for (const label of labels) {
    // A shape without a figure would be a mark that says nothing.
    const compact = crowded && !label.whole && label.figure !== "";
    const spots = label.points.map((point) => lens.toStage(point));
    const top = spots.reduce((best, spot) => (spot.y < best.y ? spot : best));
    const width = widthOf(label, compact);
    const x = Math.max(place.x + 4, Math.min(top.x, place.x + place.width - width - 4));
    const y = freeBelow([...taken, ...placed], x, Math.max(place.y + 4, top.y - HEIGHT - 4), width, place.y + place.height - HEIGHT);
    placed.push({ id: label.id, x, y, compact, width });
  }
  return placed.map(({ id, x, y, compact }) => ({ id, x, y, compact }));
}

/** @param {readonly {x: number, y: number, width: number}[]} others @param {number} x @param {number} wanted @param {number} width @param {number} lowest */
function freeBelow(others, x, wanted, width, lowest) {
  const blocked = (/** @type {number} */ y) => others.some((other) => Math.abs(other.y - y) < HEIGHT && other.x < x + width && x < other.x + other.width);
  let y = wanted;
  while (blocked(y) && y < lowest) y += HEIGHT;
  return Math.min(y, Math.max(wanted, lowest));
}
