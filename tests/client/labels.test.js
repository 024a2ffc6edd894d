import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { placeLabels } from "../../client/zones/labels.js";
import { Lens } from "../../client/zones/zoom-lens.js";

/** @typedef {import("../../client/zones/labels.js").Wanted} Wanted */

const PHONE = new Lens({ x: 0, y: 0, width: 360, height: 270 }, false);
const LAPTOP = new Lens({ x: 0, y: 30, width: 860, height: 645 }, false);

/** @param {number} count @param {Partial<Wanted>} [more] @returns {Wanted[]} zones in a grid of five a row */
function zones(count, more = {}) {
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [(i % 5) / 5, 0.2 + Math.floor(i / 5) / 4];
    return { id: String(i), points: [[x, y], [x + 0.15, y], [x + 0.15, y + 0.2]], name: `Entrance ${i}`, figure: "12", level: "", whole: false, ...more };
  });
}

describe("labels", () => {
  it("have names where there is room", () => {
    assert.ok(placeLabels(zones(10), LAPTOP).every(({ compact }) => !compact));
    assert.ok(placeLabels(zones(2), PHONE).every(({ compact }) => !compact));
  });

  it("are figures alone on a phone with many zones, and none lies on another", () => {
    const placed = placeLabels(zones(10), PHONE);
    assert.ok(placed.every(({ compact }) => compact));
    const width = 34 + 2 * 9.6;
    for (const one of placed) {
      for (const other of placed) {
        const apart = one === other || Math.abs(one.x - other.x) >= width || Math.abs(one.y - other.y) >= 28;
        assert.ok(apart, `${one.id} lies on ${other.id}`);
      }
    }
  });

  it("keep the name where it matters, and where there is no figure", () => {
    assert.ok(placeLabels(zones(10, { whole: true }), PHONE).every(({ compact }) => !compact));
    assert.ok(placeLabels(zones(10, { figure: "" }), PHONE).every(({ compact }) => !compact));
  });

  it("stay inside the picture, long figures too", () => {
    const line = { ...zones(1)[0], points: /** @type {[number, number][]} */ ([[0.98, 0.02], [0.99, 0.9]]), name: "Door", figure: "120 in, 130 out" };
    for (const lens of [PHONE, LAPTOP]) {
      const [{ x, y }] = placeLabels([line], lens);
      assert.ok(x >= lens.place.x && x + 34 + 4 * 7.8 + 15 * 9.6 <= lens.place.x + lens.place.width, `${x}`);
      assert.ok(y >= lens.place.y);
    }
  });
});
