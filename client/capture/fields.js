/** Two fields of an interlaced picture, half a frame apart, as one without a comb: each line becomes the mean of itself and the next. */

/**
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context of a canvas that shows the picture
 * @param {number} line height of a line of the file on it, pixels
 */
export function blendFields(context, line) {
  context.globalAlpha = 0.5;
  context.drawImage(context.canvas, 0, -line);
  context.globalAlpha = 1;
}
