/** A heatmap on the ground: from cells of the frame to people's time per square metre. Pure. */

/**
 * @typedef {import("../zones/geometry.js").Point} Point
 * @typedef {import("../zones/ground.js").GroundMap} GroundMap
 * @typedef {import("../live/protocol.js").Heatmap} Heatmap
 *
 * @typedef {object} Extent of the ground that is shown, metres
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 *
 * @typedef {object} PlanGrid
 * @property {number} columns
 * @property {number} rows
 * @property {Float32Array} values person-seconds per m², row by row; NaN where the camera does not see
 * @property {number} most
 */

const MARGIN = 0.08;
/** How far beyond the known places a zone may widen the plan: near the horizon a pixel is a street. */
const REACH = 2;

/**
 * The ground around the known places and the zones.
 * @param {readonly Point[]} known metres @param {readonly (Point | null)[]} more metres @returns {Extent}
 */
export function extentOf(known, more) {
  const box = (/** @type {readonly Point[]} */ places) => {
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  };
  const core = box(known);
  const reach = REACH * Math.max(core.right - core.left, core.bottom - core.top);
  const near = more.filter((place) => place !== null).map(([x, y]) => /** @type {Point} */ ([
    Math.min(Math.max(x, core.left - reach), core.right + reach),
    Math.min(Math.max(y, core.top - reach), core.bottom + reach),
  ]));
  const all = box([...known, ...near]);
  const side = Math.max(all.right - all.left, all.bottom - all.top);
  const pad = MARGIN * side;
  // Two points in line make no area: the plan is never flatter than a third of its length.
  const [width, height] = [Math.max(all.right - all.left, side / 3), Math.max(all.bottom - all.top, side / 3)];
  const [midX, midY] = [(all.left + all.right) / 2, (all.top + all.bottom) / 2];
  return { left: midX - width / 2 - pad, top: midY - height / 2 - pad, width: width + 2 * pad, height: height + 2 * pad };
}

/** Between the four cells around a place. @param {Uint8Array} cells @param {number} columns @param {number} rows @param {number} x in cells @param {number} y in cells */
function sample(cells, columns, rows, x, y) {
  const column = Math.min(Math.max(x - 0.5, 0), columns - 1);
  const row = Math.min(Math.max(y - 0.5, 0), rows - 1);
  const [c, r] = [Math.floor(column), Math.floor(row)];
  const [right, below] = [Math.min(c + 1, columns - 1), Math.min(r + 1, rows - 1)];
  const [h, v] = [column - c, row - r];
  const upper = cells[r * columns + c] * (1 - h) + cells[r * columns + right] * h;
  const lower = cells[below * columns + c] * (1 - h) + cells[below * columns + right] * h;
  return upper * (1 - v) + lower * v;
}

/**
 * A cell of the frame covers more ground the farther away it is; so time is divided by the ground that a cell covers,
 * and what is seen on the plan can be compared from place to place.
 * @param {Heatmap} heatmap @param {GroundMap} map @param {Extent} extent @param {number} columns @param {number} rows
 * @returns {PlanGrid}
 */
export function planGrid(heatmap, map, extent, columns, rows) {
  const cells = heatmap.cells instanceof ArrayBuffer ? new Uint8Array(heatmap.cells) : heatmap.cells;
  const values = new Float32Array(columns * rows).fill(NaN);
  const [stepX, stepY] = [extent.width / columns, extent.height / rows];
  const seconds = heatmap.max_seconds / 255;
  let most = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [u, v] = [extent.left + (column + 0.5) * stepX, extent.top + (row + 0.5) * stepY];
      const here = map.toFrame([u, v]);
      if (!here || here[0] < 0 || here[0] > 1 || here[1] < 0 || here[1] > 1) continue;
      const [right, below] = [map.toFrame([u + stepX, v]), map.toFrame([u, v + stepY])];
      if (!right || !below) continue;
      const turn = (right[0] - here[0]) * (below[1] - here[1]) - (right[1] - here[1]) * (below[0] - here[0]);
      const cellsPerM2 = (Math.abs(turn) * heatmap.columns * heatmap.rows) / (stepX * stepY);
      const value = sample(cells, heatmap.columns, heatmap.rows, here[0] * heatmap.columns, here[1] * heatmap.rows) * seconds * cellsPerM2;
      values[row * columns + column] = value;
      most = Math.max(most, value);
    }
  }
  return { columns, rows, values, most };
}

/** A round number of metres for lines of a grid, at most about `lines` of them. @param {number} length metres @param {number} lines */
export function gridStep(length, lines) {
  const least = length / lines;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least * 0.999) ?? 10);
}
