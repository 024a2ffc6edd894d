import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { extentOf, gridStep, planGrid } from "../../client/canvas/plan-grid.js";
import { groundMap } from "../../client/zones/ground.js";

/** @typedef {import("../../client/zones/geometry.js").Point} Point */

const ASPECT = 16 / 9;
/** A path of 4 by 10 m that leads away from the camera. @type {import("../../client/zones/shape.js").Calibration} */
const PATH = { points: [[0.4, 0.4], [0.6, 0.4], [0.9, 0.9], [0.1, 0.9]], metres: [[0, 0], [4, 0], [4, 10], [0, 10]] };
/** 16 by 9 m, seen from straight above and turned by half. @type {import("../../client/zones/shape.js").Calibration} */
const ABOVE = { points: [[1, 0.5], [0, 0.5]], metres: [[0, 0], [16, 0]] };

/** @param {readonly number[] | null} found @param {readonly number[]} wanted */
function near(found, wanted) {
  assert.ok(found, "in front of the camera");
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-9, `${found} is not ${wanted}`));
}

describe("the map of the ground", () => {
  for (const [name, calibration] of /** @type {const} */ ([["of four points", PATH], ["of two", ABOVE]])) {
    it(`${name} meets what is known, and back`, () => {
      const map = groundMap(calibration, ASPECT);
      calibration.points.forEach((point, i) => {
        near(map?.toGround(point) ?? null, calibration.metres[i]);
        near(map?.toFrame(calibration.metres[i]) ?? null, point);
      });
      near(map?.toFrame(map.toGround([0.47, 0.61]) ?? [0, 0]) ?? null, [0.47, 0.61]);
    });
  }

  it("knows nothing above the horizon", () => {
    assert.equal(groundMap(PATH, ASPECT)?.toGround([0.5, 0.05]), null);
  });

  it("whichever way round the corners were given", () => {
    const mirrored = { points: PATH.points, metres: /** @type {Point[]} */ (PATH.metres.map(([x, y]) => [-x, y])) };
    near(groundMap(mirrored, ASPECT)?.toFrame([-2, 5]) ?? null, groundMap(PATH, ASPECT)?.toFrame([2, 5]) ?? []);
  });
});

describe("the heatmap on the ground", () => {
  const extent = { left: 0, top: 0, width: 4, height: 10 };

  it("keeps the time that people spent there", () => {
    const cells = new Uint8Array(64 * 36);
    for (let row = 20; row < 23; row += 1) for (let column = 30; column < 34; column += 1) cells[row * 64 + column] = 200;
    const map = groundMap(PATH, ASPECT);
    assert.ok(map);
    const grid = planGrid({ columns: 64, rows: 36, max_seconds: 5.1, cells: cells.buffer }, map, extent, 160, 400);
    const total = grid.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0) * (4 / 160) * (10 / 400);
    assert.ok(Math.abs(total / (12 * 200 * (5.1 / 255)) - 1) < 0.02, `${total} person-seconds of 48`);
  });

  it("is even where people were equally close, far away as well as near", () => {
    const map = groundMap(ABOVE, ASPECT);
    assert.ok(map);
    const grid = planGrid({ columns: 64, rows: 36, max_seconds: 1, cells: new Uint8Array(64 * 36).fill(255).buffer }, map, { left: 4, top: -2, width: 4, height: 4 }, 20, 20);
    assert.ok(Math.abs(grid.most - (64 * 36) / (16 * 9)) < 1e-4, "a second for each of 16 cells in a square metre");
    assert.ok(grid.values.every((value) => Math.abs(value - grid.most) < 1e-4));
  });

  it("says nothing of what the camera does not see", () => {
    const map = groundMap(ABOVE, ASPECT);
    assert.ok(map);
    const grid = planGrid({ columns: 2, rows: 2, max_seconds: 1, cells: new Uint8Array(4).fill(255).buffer }, map, { left: 14, top: 0, width: 4, height: 1 }, 4, 1);
    assert.deepEqual([...grid.values].map(Number.isNaN), [false, false, true, true]);
  });
});

describe("what of the ground is shown", () => {
  it("the known places and the zones, with a margin", () => {
    const { left, top, width, height } = extentOf(PATH.metres, [[-2, 4], [6, 8]]);
    assert.ok(left < -2 && left + width > 6 && top < 0 && top + height > 10);
  });
  it("but not as far as the horizon", () => {
    const { height } = extentOf(PATH.metres, [[2, -5000], null]);
    assert.ok(height < 50);
  });
  it("an area, when two points are known", () => {
    assert.ok(extentOf(ABOVE.metres, []).height > 4);
  });
  it("with round metres", () => {
    assert.deepEqual([gridStep(10, 8), gridStep(40, 8), gridStep(8, 8), gridStep(3, 8)], [2, 5, 1, 0.5]);
  });
});
