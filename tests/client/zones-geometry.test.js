import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { contains, isSimple, mayGoOn } from "../../client/zones/geometry.js";
import { areaOnGround, asRectangle, calibrationProblem, groundRectangle, levelOfService, sizeOf } from "../../client/zones/ground.js";
import { hit } from "../../client/zones/hit.js";
import { Lens } from "../../client/zones/zoom-lens.js";
import { ready, rectangle, round5, shifted, tidy } from "../../client/zones/shape.js";

/** @typedef {import("../../client/zones/geometry.js").Point} Point */

/** Outlines with what the server says of them; tests/core/test_outlines.py holds the server to the same table. @type {{name: string, points: Point[], simple: boolean}[]} */
const OUTLINES = JSON.parse(readFileSync(new URL("../outlines.json", import.meta.url), "utf8"));

describe("an outline is simple where the server says so", () => {
  for (const { name, points, simple } of OUTLINES) it(name, () => assert.equal(isSimple(points), simple));

  it("whichever corner it begins with, and whichever way round", () => {
    // Not the random ones: with corners nearly in line, rounding decides, here as in the server.
    for (const { name, points, simple } of OUTLINES.filter((outline) => !outline.name.startsWith("random"))) {
      for (let i = 0; i < points.length; i += 1) {
        const turned = [...points.slice(i), ...points.slice(0, i)];
        assert.equal(isSimple(turned), simple, name);
        assert.equal(isSimple(turned.reverse()), simple, name);
      }
    }
  });
});

describe("a path that is drawn", () => {
  /** @type {Point[]} */
  const path = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.5]];
  for (const [name, next, fits] of /** @type {[string, Point, boolean][]} */ ([
    ["goes on into the free", [0.1, 0.5], true],
    ["does not cross itself", [0.5, 0.05], false],
    ["does not touch itself", [0.5, 0.1], false],
    ["does not go back on itself", [0.9, 0.3], false],
    ["does not stand still", [0.9, 0.5], false],
  ])) {
    it(name, () => assert.equal(mayGoOn(path, next), fits));
  }
});

describe("shapes stay in the frame", () => {
  it("moved beyond its edge they stop there, in their form", () => {
    assert.deepEqual(shifted(rectangle([0.2, 0.2], [0.4, 0.6]), 0.9, -0.9), rectangle([0.8, 0], [1, 0.4]));
  });
  it("made by a tap in a corner", () => {
    for (const tool of /** @type {const} */ (["rectangle", "polygon", "line"])) {
      const points = ready(tool, [1, 0]);
      assert.ok(points.flat().every((value) => value >= 0 && value <= 1), tool);
      assert.ok(tool === "line" || isSimple(points), tool);
    }
  });
  it("with five digits", () => {
    assert.deepEqual(tidy([1 / 3, 1.2]), [0.33333, 1]);
    assert.equal(round5(0.123456), 0.12346);
  });
});

describe("the lens", () => {
  const place = { x: 100, y: 20, width: 400, height: 200 };
  for (const mirror of [false, true]) {
    it(`${mirror ? "mirrored " : ""}leads to the stage and back`, () => {
      const lens = new Lens(place, mirror);
      assert.deepEqual(lens.toStage([0.25, 0.5]), { x: mirror ? 400 : 200, y: 120 });
      assert.deepEqual(lens.toFrame(lens.toStage([0.25, 0.5])), [0.25, 0.5]);
      assert.deepEqual(lens.delta(40, 20), [mirror ? -0.1 : 0.1, 0.1]);
    });
  }
  it("takes what is drawn to the border of the picture as the border", () => {
    const lens = new Lens(place, false);
    assert.deepEqual(lens.toFrame({ x: 106, y: 215 }), [0, 1]);
    assert.deepEqual(lens.toFrame({ x: 495, y: 10 }), [1, 0]);
    assert.deepEqual(lens.toFrame({ x: 120, y: 200 }), [0.05, 0.9]);
  });
});

describe("what lies under the pointer", () => {
  const lens = new Lens({ x: 0, y: 0, width: 1000, height: 1000 }, false);
  const outlines = [
    { id: "hall", points: rectangle([0.1, 0.1], [0.9, 0.9]), closed: true, grows: true },
    { id: "desk", points: rectangle([0.4, 0.4], [0.6, 0.6]), closed: true, grows: true },
    { id: "door", points: /** @type {Point[]} */ ([[0.2, 0.8], [0.8, 0.8]]), closed: false, grows: false },
  ];
  for (const [name, at, selected, reach, expected] of /** @type {[string, [number, number], string | null, number, object | null][]} */ ([
    ["the smaller of two zones", [500, 450], null, 11, { id: "desk", part: "body", index: -1 }],
    ["the larger around it", [200, 200], null, 11, { id: "hall", part: "body", index: -1 }],
    ["a line before the zone below", [500, 806], null, 11, { id: "door", part: "body", index: -1 }],
    ["a point of the chosen one only", [104, 104], "hall", 11, { id: "hall", part: "point", index: 0 }],
    ["no handle of what is not chosen", [404, 404], "hall", 11, { id: "desk", part: "body", index: -1 }],
    ["the middle of an edge", [500, 104], "hall", 11, { id: "hall", part: "middle", index: 0 }],
    ["a finger reaches 22 pixels", [85, 85], "hall", 22, { id: "hall", part: "point", index: 0 }],
    ["a mouse does not", [85, 85], "hall", 11, null],
    ["no middle on a line", [500, 800], "door", 11, { id: "door", part: "body", index: -1 }],
    ["nothing outside", [50, 500], null, 11, null],
  ])) {
    it(name, () => assert.deepEqual(hit({ x: at[0], y: at[1] }, outlines, selected, lens, reach), expected));
  }
  it("agrees with the even-odd rule", () => {
    assert.equal(contains(outlines[0].points, [0.5, 0.5]), true);
    assert.equal(contains(outlines[0].points, [0.95, 0.5]), false);
  });
});

describe("the ground", () => {
  it("of a frame seen from above", () => {
    const calibration = { points: rectangle([0, 0], [1, 1]), metres: groundRectangle(8, 4.5) };
    assert.ok(Math.abs((areaOnGround(rectangle([0, 0], [0.5, 1]), calibration, 16 / 9) ?? 0) - 18) < 1e-6);
  });
  it("seen at an angle: its own rectangle has the area that was said", () => {
    /** @type {Point[]} */
    const points = [[0.4, 0.4], [0.6, 0.4], [0.9, 0.9], [0.1, 0.9]];
    const calibration = { points, metres: groundRectangle(4, 10) };
    assert.ok(Math.abs((areaOnGround(points, calibration, 4 / 3) ?? 0) - 40) < 1e-6);
    assert.equal(areaOnGround(rectangle([0.1, 0], [0.9, 0.5]), calibration, 4 / 3), null);
    const sizes = [calibration, null].map((ground) => [[0.1, 0], [0.1, 0.6]].map((corner) => sizeOf(rectangle(/** @type {Point} */ (corner), [0.9, 0.9]), ground, 4 / 3)));
    assert.deepEqual(sizes, [["horizon", "known"], ["none", "none"]]);
  });
  it("by one known length", () => {
    const calibration = { points: /** @type {Point[]} */ ([[0.25, 0.5], [0.75, 0.5]]), metres: /** @type {Point[]} */ ([[0, 0], [10, 0]]) };
    assert.ok(Math.abs((areaOnGround(rectangle([0, 0], [1, 1]), calibration, 2) ?? 0) - 200) < 1e-6);
  });

  it("is known when the horizon goes through the corner of the frame", () => {
    const points = /** @type {Point[]} */ ([[0.375, 0.5], [0.625, 0.5], [0.75, 1], [0.25, 1]]);
    const calibration = { points, metres: groundRectangle(4, 10) };
    assert.ok(Math.abs((areaOnGround(points, calibration, 16 / 9) ?? 0) - 40) < 1e-6);
  });
  it("knows its own rectangles again", () => {
    assert.deepEqual(asRectangle(groundRectangle(3, 5)), { width: 3, depth: 5 });
    assert.equal(asRectangle([[0, 0], [3, 0], [3, 5], [1, 5]]), null);
  });
  it("needs a convex shape", () => {
    assert.equal(calibrationProblem({ points: rectangle([0, 0], [1, 1]), metres: [] }), "");
    assert.match(calibrationProblem({ points: [[0, 0], [1, 0], [0.2, 0.2], [0, 1]], metres: [] }), /convex/);
  });
  it("Fruin's levels", () => assert.deepEqual([0.5, 0.83, 1, 2, 5, 6].map(levelOfService), ["A", "A", "B", "D", "E", "F"]));
});
