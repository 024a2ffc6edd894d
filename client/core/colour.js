/** One colour for one identity: always the same, neighbours far apart, dark text readable on it. */

/** Degrees between consecutive identities: the golden angle keeps any few neighbours apart. */
const GOLDEN_ANGLE = 137.508;

/** Text on a plate of any of these colours. */
export const PLATE_TEXT = "#0b0d0e";

/** @param {number} id @returns {{hue: number, saturation: number, lightness: number}} */
export function shadeOf(id) {
  return { hue: (id * GOLDEN_ANGLE) % 360, saturation: 92, lightness: 72 };
}

/** @type {Map<number, string>} */
const known = new Map();

/** @param {number} id @returns {string} CSS colour */
export function colourOf(id) {
  let colour = known.get(id);
  if (!colour) {
    const { hue, saturation, lightness } = shadeOf(id);
    colour = `hsl(${hue.toFixed(1)} ${saturation}% ${lightness}%)`;
    if (known.size > 4096) known.clear();
    known.set(id, colour);
  }
  return colour;
}
