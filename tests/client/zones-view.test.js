/** Where a plan lies in a frame of another format, and what of it is kept for that one. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Editor } from "../../client/zones/editor.js";
import { keptText } from "../../client/zones/format-view.js";
import { Lens } from "../../client/zones/zoom-lens.js";
import { decodePlan, encodePlan } from "../../client/zones/plan-json.js";
import { makeShape, rectangle } from "../../client/zones/shape.js";
import { adopted, inverse, isSameView, mapBox, mapPoint, mappedPlan, viewNow } from "../../client/zones/view.js";

/** @typedef {import("../../client/zones/geometry.js").Point} Point */

/** 4:3 that shows the middle of 16:9. @type {import("../../client/zones/view.js").Matrix} */
const CROPPED = [4 / 3, 0, -1 / 6, 0, 1, 0];
/** 4:3 that shows more above and below than 16:9. @type {import("../../client/zones/view.js").Matrix} */
const TALLER = [1, 0, 0, 0, 0.75, 0.125];

/** @param {readonly Point[]} points */
function zone(points, id = "z", name = "Hall") {
  return makeShape("zone", id, name, "#2f81f7", points);
}

/** @param {readonly import("../../client/zones/shape.js").Shape[]} shapes */
function plan(...shapes) {
  return { shapes, calibration: null, aspect: 1.77778 };
}

/** @param {readonly number[]} found @param {readonly number[]} wanted */
function near(found, wanted) {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-4, `${found} is not ${wanted}`));
}

describe("where a plan lies", () => {
  const told = { fits: true, matrix: CROPPED };
  const drawn = plan(zone(rectangle([0.1, 0.1], [0.4, 0.4])));
  it("is what the server says of a picture of another format", () => assert.equal(viewNow(drawn, 4 / 3, told), told));
  it("is as drawn in pictures like those it was drawn on, whatever was said of the frame before", () => assert.equal(viewNow(drawn, 1280 / 720, told), null));
  it("says nothing without anything drawn", () => assert.equal(viewNow(plan(), 4 / 3, told), null));
  it("stays while the server says the same", () => {
    assert.ok(isSameView(told, { fits: true, matrix: [...CROPPED] }));
    assert.ok(isSameView(null, null));
    for (const other of [null, { fits: false, matrix: CROPPED }, { fits: true, matrix: TALLER }]) assert.ok(!isSameView(told, other));
  });
});

describe("a map", () => {
  it("leads there and back", () => {
    near(mapPoint(CROPPED, [0.875, 0.4]), [1, 0.4]);
    near(mapPoint(inverse(CROPPED), mapPoint(CROPPED, [0.3, 0.7])), [0.3, 0.7]);
    near(mapBox([0, -1, 1, 1, 0, 0], [0.1, 0.2, 0.3, 0.6]), [0.4, 0.1, 0.8, 0.3]);
  });

  it("is part of the lens, in both directions", () => {
    for (const mirror of [false, true]) {
      const lens = new Lens({ x: 0, y: 0, width: 400, height: 300 }, mirror, CROPPED);
      const { x, y } = lens.toStage([0.5, 0.5]);
      near([x, y], [200, 150]);
      near(lens.toFrame(lens.toStage([0.4, 0.6])), [0.4, 0.6]);
      near(lens.delta(40, 30), [mirror ? -0.075 : 0.075, 0.1]);
      // The border of the picture is not that of the frame that was drawn on.
      near(lens.toFrame({ x: mirror ? 398 : 2, y: 150 }), [0.125, 0.5]);
    }
  });

  it("keeps what is drawn on the frame that was drawn on", () => {
    const lens = new Lens({ x: 0, y: 0, width: 400, height: 300 }, false, TALLER);
    near(lens.toFrame({ x: 200, y: 1 }), [0.5, 0]);
  });
});

describe("kept for the new format", () => {
  it("is what was inside of it, cut off at its border", () => {
    const { plan: kept, lost } = adopted(plan(zone(rectangle([0, 0.2], [0.5, 0.8]))), CROPPED, 4 / 3);
    assert.deepEqual(lost, []);
    assert.equal(kept.aspect, 1.33333);
    const [xs, ys] = [kept.shapes[0].points.map(([x]) => x), kept.shapes[0].points.map(([, y]) => y)];
    near([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)], [0, 0.5, 0.2, 0.8]);
    assert.equal(decodePlan(encodePlan(kept)).shapes.length, 1);
  });

  it("names what is outside of it", () => {
    const line = makeShape("line", "l", "Door", "#d29922", [[0.05, 0.1], [0.05, 0.9]]);
    const { plan: kept, lost } = adopted(plan(zone(rectangle([0, 0], [0.1, 1])), line, zone(rectangle([0.4, 0], [0.6, 1]), "m", "Middle")), CROPPED, 4 / 3);
    assert.deepEqual(lost, ["Hall", "Door"]);
    assert.deepEqual(kept.shapes.map(({ name }) => name), ["Middle"]);
    assert.match(keptText(lost), /^Zones kept for this format\. 2 are outside/);
    assert.match(keptText(["Hall"]), /1 is outside/);
  });

  it("shortens a line", () => {
    const { plan: kept } = adopted(plan(makeShape("line", "l", "Door", "#d29922", [[0, 0.5], [0.5, 0.5]])), CROPPED, 4 / 3);
    near(kept.shapes[0].points.flat(), [0, 0.5, 0.5, 0.5]);
  });

  it("leaves out a ground whose points are not in the picture", () => {
    const ground = (/** @type {Point[]} */ points) => ({ ...plan(), calibration: { points, metres: /** @type {Point[]} */ ([[0, 0], [4, 0]]) } });
    assert.equal(adopted(ground([[0.05, 0.5], [0.5, 0.5]]), CROPPED, 4 / 3).plan.calibration, null);
    near(adopted(ground([[0.2, 0.5], [0.5, 0.5]]), CROPPED, 4 / 3).plan.calibration?.points.flat() ?? [], [0.1, 0.5, 0.5, 0.5]);
  });
});

describe("the editor", () => {
  it("writes down on which format was drawn, and Undo brings the old one back", () => {
    /** @type {import("../../client/zones/shape.js").Plan[]} */
    const saved = [];
    const editor = new Editor((next) => saved.push(next), () => "n", () => 1.77778);
    editor.open({ shapes: [], calibration: null });
    editor.change({ shapes: [zone(rectangle([0.4, 0.2], [0.5, 0.8]))], calibration: null });
    assert.equal(saved[0].aspect, 1.77778);
    editor.change(adopted(editor.state.plan, CROPPED, 4 / 3).plan);
    assert.equal(saved[1].aspect, 1.33333);
    editor.undo();
    assert.equal(saved[2].aspect, 1.77778);
    near(saved[2].shapes[0].points[0], [0.4, 0.2]);
  });

  it("shows a plan where it lies", () => {
    const before = plan(zone(rectangle([0.5, 0], [0.875, 1])));
    near(mappedPlan(before, CROPPED).shapes[0].points.flat(), [0.5, 0, 1, 0, 1, 1, 0.5, 1]);
    near(before.shapes[0].points[0], [0.5, 0]);
  });
});
