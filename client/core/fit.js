/** Sizes and places: a picture inside a stage, a frame under a limit. */

/**
 * @typedef {object} Rect
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/**
 * Where a picture lies when it fills what it can without being stretched (CSS `object-fit: contain`).
 * @param {number} width of the picture @param {number} height of the picture
 * @param {number} stageWidth @param {number} stageHeight
 * @returns {Rect}
 */
export function letterbox(width, height, stageWidth, stageHeight) {
  if (width <= 0 || height <= 0) return { x: 0, y: 0, width: stageWidth, height: stageHeight };
  const scale = Math.min(stageWidth / width, stageHeight / height);
  const shown = { width: width * scale, height: height * scale };
  return { x: (stageWidth - shown.width) / 2, y: (stageHeight - shown.height) / 2, ...shown };
}

/**
 * The size at which a picture is sent: its longer side at most `side`, never enlarged.
 * @param {number} width @param {number} height @param {number} side
 * @returns {{width: number, height: number}} whole pixels, at least 1
 */
export function withinSide(width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
