import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Editor } from "../../client/zones/editor.js";
import { withLimit, withManner } from "../../client/zones/limits-form.js";
import { freeName, nameProblem, numbered } from "../../client/zones/names.js";
import { PlanError, decodePlan, encodePlan } from "../../client/zones/plan-json.js";
import { Saver } from "../../client/zones/plan-sync.js";
import { GROUND, PALETTE, footPlace, isCounted, rectangle } from "../../client/zones/shape.js";
import { labelOf } from "../../client/zones/figures.js";
import { isSamePlace, stillText } from "../../client/studio/still.js";
import { Timeline } from "../../client/zones/timeline.js";
import { toCsv } from "../../client/charts/csv.js";
import { copiedText, fileName, joined } from "../../client/zones/exchange.js";
import { Trends, sparkPath } from "../../client/zones/trends.js";

/** @typedef {import("../../client/zones/shape.js").Plan} Plan */
/** @typedef {import("../../client/zones/shape.js").Zone} Zone */

function newEditor() {
  /** @type {Plan[]} */
  const saved = [];
  let made = 0;
  const editor = new Editor((plan) => void saved.push(plan), () => `shape ${(made += 1)}`);
  return { editor, saved };
}

/** @param {Editor} editor @param {"rectangle" | "line"} [tool] */
function withOne(editor, tool = "rectangle") {
  editor.pen.add(tool, tool === "line" ? [[0.2, 0.5], [0.8, 0.5]] : rectangle([0.2, 0.2], [0.4, 0.4]));
  return editor.state.plan.shapes[editor.state.plan.shapes.length - 1];
}

describe("the timeline", () => {
  it("undoes steps of one gesture together and drops what was undone when something new comes", () => {
    const line = new Timeline(0);
    line.commit(1);
    line.commit(2, "drag");
    line.commit(3, "drag");
    line.undo();
    assert.equal(line.present, 1);
    line.redo();
    assert.equal(line.present, 3);
    line.undo();
    line.commit(9);
    assert.equal(line.canRedo, false);
    line.undo();
    line.undo();
    assert.equal(line.present, 0);
    assert.equal(line.canUndo, false);
  });
});

describe("the editor", () => {
  it("draws, names, colours and chooses; every step can be undone and done again", () => {
    const { editor, saved } = newEditor();
    withOne(editor);
    const line = withOne(editor, "line");
    assert.deepEqual(editor.state.plan.shapes.map(({ name }) => name), ["Zone 1", "Line 1"]);
    assert.deepEqual(editor.state.plan.shapes.map(({ colour }) => colour), PALETTE.slice(0, 2));
    assert.equal(editor.state.selected, line.id);
    const full = editor.state.plan;
    editor.undo();
    assert.equal(editor.state.plan.shapes.length, 1);
    assert.equal(editor.state.selected, null, "what is gone is not chosen");
    editor.redo();
    assert.deepEqual(editor.state.plan, full);
    assert.equal(saved.length, 4, "undo and redo are saved as well");
  });

  it("refuses an outline that crosses itself, and says so", () => {
    const { editor, saved } = newEditor();
    const { id, points } = withOne(editor);
    assert.equal(editor.move(id, 0, 0.3, 0.1), false);
    assert.match(editor.state.problem, /cross/);
    assert.ok(editor.state.rejected, "what was tried is shown");
    assert.deepEqual(editor.pointsOf(id), points);
    assert.equal(saved.length, 1);
    editor.settle();
    assert.equal(editor.state.rejected, null);
  });

  it("refuses a polygon's point while it is drawn", () => {
    const { editor } = newEditor();
    editor.pen.use("polygon");
    for (const point of /** @type {[number, number][]} */ ([[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]])) assert.ok(editor.pen.extend(point));
    editor.pen.hover([0.3, 0]);
    assert.match(editor.state.problem, /cross/);
    assert.equal(editor.pen.extend([0.3, 0]), false);
    assert.equal(editor.state.draft.length, 3);
    assert.ok(editor.pen.extend([0.1, 0.5]));
    assert.ok(editor.pen.finish());
    assert.equal(editor.selected?.points.length, 4);
  });

  it("adds and removes points between 3 and 32", () => {
    const { editor } = newEditor();
    const corners = Array.from({ length: 31 }, (_, i) => /** @type {[number, number]} */ ([0.5 + 0.4 * Math.cos(i / 5), 0.5 + 0.4 * Math.sin(i / 5)]));
    assert.ok(editor.pen.add("polygon", corners));
    const id = editor.state.selected ?? "";
    assert.ok(editor.addPoint(id, 3));
    assert.deepEqual([editor.pointsOf(id).length, editor.state.point], [32, 4]);
    assert.equal(editor.addPoint(id, 0), false);
    assert.match(editor.state.problem, /32/);
    for (let i = 0; i < 40; i += 1) editor.removePoint(id, 1);
    assert.equal(editor.pointsOf(id).length, 3);
    assert.match(editor.state.problem, /at least 3/);
  });

  it("duplicates beside the original, inside the frame, with a free name", () => {
    const { editor } = newEditor();
    editor.pen.add("rectangle", rectangle([0.8, 0.8], [1, 1]));
    editor.duplicate(editor.state.selected ?? "");
    const [first, second] = editor.state.plan.shapes;
    assert.notDeepEqual(first.points, second.points);
    assert.ok(second.points.flat().every((value) => value <= 1));
    assert.equal(second.name, "Zone 2");
  });

  it("moves the calibration like a shape, but only to what a camera can see", () => {
    const { editor } = newEditor();
    editor.calibrate({ points: rectangle([0.2, 0.2], [0.8, 0.8]), metres: rectangle([0, 0], [4, 4]) });
    assert.ok(editor.move(GROUND, 0, -0.1, 0));
    assert.equal(editor.move(GROUND, 0, 0.6, 0.5), false);
    editor.remove(GROUND);
    assert.equal(editor.state.plan.calibration, null);
    editor.undo();
    assert.equal(editor.pointsOf(GROUND)[0][0], 0.1);
  });

  it("goes back step by step", () => {
    const { editor } = newEditor();
    editor.pen.use("polygon");
    editor.pen.extend([0.1, 0.1]);
    editor.cancel();
    assert.deepEqual([editor.state.draft.length, editor.state.tool], [0, "polygon"]);
    editor.cancel();
    assert.equal(editor.state.tool, "select");
  });
});

describe("names", () => {
  const shapes = [{ id: "a", name: "Gate" }, { id: "b", name: "Zone 1" }];
  for (const [name, id, wrong] of /** @type {[string, string, RegExp | ""][]} */ ([
    ["Gate", "a", ""],
    [" gATE ", "b", /Another/],
    ["  ", "b", /needed/],
    ["x".repeat(61), "b", /60/],
    ["😀".repeat(60), "b", ""],
  ])) {
    it(`“${name.slice(0, 12)}” of ${id}`, () => (wrong ? assert.match(nameProblem(name, id, shapes), wrong) : assert.equal(nameProblem(name, id, shapes), "")));
  }
  it("are numbered by what is free", () => {
    assert.equal(numbered("Zone", shapes), "Zone 2");
    assert.equal(freeName("Gate", shapes), "Gate 1");
    assert.equal(freeName("Zone 1", shapes), "Zone 2");
    assert.equal(freeName("Door", shapes), "Door");
    assert.ok([...freeName("y".repeat(60), [{ id: "c", name: "y".repeat(60) }])].length <= 60);
  });
});

describe("the document", () => {
  it("holds everything and comes back the same", () => {
    const { editor } = newEditor();
    const zone = /** @type {Zone} */ (withOne(editor));
    withOne(editor, "line");
    editor.update(withManner(withLimit(withLimit({ ...zone, anchor: "overlap", entry_s: 2 }, "people", "warning", 5), "dwell", "critical", 60), "hold_s", 0));
    editor.calibrate({ points: rectangle([0.2, 0.2], [0.8, 0.8]), metres: rectangle([0, 0], [4, 6]) });
    const { plan } = editor.state;
    assert.deepEqual(decodePlan(JSON.parse(JSON.stringify(encodePlan(plan)))), plan);
    const { features } = /** @type {{features: {properties: {limits: object}}[]}} */ (/** @type {unknown} */ (encodePlan(plan)));
    assert.deepEqual(Object.keys(features[0].properties.limits), ["people", "dwell"], "only the limits that are set");
  });

  it("written by hand needs only names and coordinates", () => {
    const plan = decodePlan({ type: "FeatureCollection", features: [{ geometry: { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1]]] }, properties: { name: "All" } }] });
    assert.equal(plan.shapes[0].id, "All");
    assert.equal(plan.shapes[0].colour, "#2f81f7");
    const [zone] = plan.shapes;
    assert.deepEqual(zone.kind === "zone" && [zone.entry_s, zone.exit_s, zone.revisit_s], [0.2, 0.5, 10], "as docs/zones.md says, and as the server reads it");
  });

  const polygon = (/** @type {unknown} */ points) => ({ type: "FeatureCollection", features: [{ geometry: { type: "Polygon", coordinates: [points] }, properties: { name: "A" } }] });
  for (const [name, document, says] of /** @type {[string, unknown, RegExp][]} */ ([
    ["a list", [], /object/],
    ["another type", { type: "Feature" }, /FeatureCollection/],
    ["a crossing outline", polygon([[0, 0], [1, 1], [1, 0], [0, 1]]), /cross/],
    ["a point outside", polygon([[0, 0], [2, 0], [0, 1]]), /between 0 and 1/],
    ["a text for a number", polygon([[0, "0"], [1, 0], [0, 1]]), /number/],
    ["an unknown limit", { type: "FeatureCollection", features: [{ geometry: { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1]]] }, properties: { name: "A", limits: { speed: {} } } }] }, /no speed/],
    ["a name twice", { type: "FeatureCollection", features: ["a", "A"].map((id) => ({ id, geometry: { type: "LineString", coordinates: [[0, 0], [1, 0]] }, properties: { name: id } })) }, /Another/],
    ["half a calibration", { type: "FeatureCollection", features: [], calibration: { points: [[0, 0]], metres: [[0, 0]] } }, /two or four/],
  ])) {
    it(`refuses ${name}`, () => assert.throws(() => decodePlan(document), (error) => error instanceof PlanError && says.test(error.message)));
  }

  it("joined with another camera's zones keeps names and ids apart", () => {
    const { editor } = newEditor();
    withOne(editor);
    const { plan } = editor.state;
    const both = joined(plan, plan.shapes, () => "new");
    assert.deepEqual(both.shapes.map(({ id, name }) => [id, name]), [["shape 1", "Zone 1"], ["new", "Zone 2"]]);
  });

  it("joined with more than there is room for says how many came along", () => {
    const { editor } = newEditor();
    for (let i = 0; i < 48; i += 1) withOne(editor);
    const { plan } = editor.state;
    let made = 0;
    const both = joined(plan, plan.shapes.slice(0, 5), () => `new ${(made += 1)}`);
    assert.equal(both.shapes.length, 50);
    assert.equal(copiedText(2, 5), "2 of 5 shapes copied: a camera has at most 50 zones and lines.");
    assert.equal(copiedText(5, 5), "5 shapes copied.");
  });

  it("has a file name that every system takes", () => assert.equal(fileName("Nörd / Tor: 1"), "No-rd-Tor-1-zones.json"));
});

describe("limits", () => {
  const { editor } = newEditor();
  const zone = /** @type {Zone} */ (withOne(editor));
  it("are gone when both are empty", () => assert.equal(withLimit(withLimit(zone, "people", "warning", 3), "people", "warning", null).limits.people, null));
  it("of a new figure take the manner of the others", () => {
    const slow = withManner(withLimit(zone, "people", "warning", 3), "hold_s", 9);
    assert.equal(withLimit(slow, "dwell", "critical", 60).limits.dwell?.hold_s, 9);
  });
});

describe("saving", () => {
  /** @param {(stored: import("../../client/zones/plan-sync.js").Stored) => Promise<number>} put */
  function newSaver(put) {
    return new Saver({ get: async () => ({ version: 7, plan: editor.state.plan }), put: async (stored) => ({ ...stored, version: await put(stored) }) }, () => {}, () => plan);
  }
  const { editor } = newEditor();
  const plan = { shapes: [], calibration: null };
  const refusal = (/** @type {number} */ status, /** @type {string} */ code) => Object.assign(new Error("It cannot be."), { status, code });

  it("sends the version that was read, then the one that was answered", async () => {
    /** @type {number[]} */
    const versions = [];
    const saver = newSaver(async ({ version }) => {
      versions.push(version);
      return version + 1;
    });
    await saver.load();
    saver.take(plan);
    await saver.flush();
    saver.take({ ...plan });
    await saver.flush();
    assert.deepEqual(versions, [7, 8]);
    assert.equal(saver.state, "saved");
    assert.equal(saver.unsaved, null);
  });

  it("says what the server refused", async () => {
    const saver = newSaver(async () => { throw refusal(400, "BAD_LIMIT"); });
    await saver.load();
    saver.take(plan);
    await saver.flush();
    assert.deepEqual([saver.state, saver.code, saver.message], ["failed", "BAD_LIMIT", "It cannot be."]);
  });

  it("tries again by itself when the server was not reached", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let tries = 0;
    const saver = newSaver(async ({ version }) => {
      tries += 1;
      if (tries === 1) throw refusal(0, "UNREACHABLE");
      return version + 1;
    });
    await saver.load();
    saver.take(plan);
    await saver.flush();
    assert.equal(saver.state, "failed");
    t.mock.timers.tick(1600);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([tries, saver.state], [2, "saved"]);
  });

  it("a change made while saving is saved next", async () => {
    /** @type {Plan[]} */
    const sent = [];
    /** @type {Saver} */
    const saver = newSaver(async ({ version, plan: now }) => {
      sent.push(now);
      if (sent.length === 1) saver.take(newer);
      return version + 1;
    });
    const newer = { ...plan };
    await saver.load();
    saver.take(plan);
    await saver.flush();
    assert.notEqual(saver.state, "saved");
    await saver.flush();
    assert.deepEqual([sent.length, sent[1] === newer, saver.state], [2, true, "saved"]);
  });
});

describe("figures over time", () => {
  const result = (/** @type {string} */ id, /** @type {number} */ occupancy) => /** @type {import("../../client/live/protocol.js").ZoneResult} */ (/** @type {unknown} */ ({ id, occupancy }));
  it("of zones that began at different times share one axis", () => {
    const trends = new Trends();
    trends.add(0, [result("a", 1)]);
    trends.add(1000, [result("a", 2), result("b", 5)]);
    const { t, values } = trends.aligned(["a", "b"], "60");
    assert.equal(t.length, 2);
    assert.deepEqual(values, [[1, 2], [undefined, 5]]);
    assert.deepEqual(trends.rows([{ id: "b", name: "B" }], "60"), [["seconds", "zone", "least", "average", "most", "state", "range_low", "range_high"], [1, "B", 5, 5, 5, "counted", null, null]]);
  });
  it("of zones that began hours apart keep their lines and rows: both have values at the same times", () => {
    const trends = new Trends();
    for (let t = 0; t < 3 * 3600; t += 5) trends.add(t * 1000, [result("old", 1), ...(t >= 3 * 3600 - 300 ? [result("new", 7)] : [])]);
    const { t, values: [old, young] } = trends.aligned(["old", "new"], "all");
    const known = young.flatMap((value, i) => (value === undefined || value === null ? [] : [i]));
    assert.ok(known.length >= 15, `${known.length} of ${t.length}`);
    assert.deepEqual(known, Array.from({ length: known.length }, (_, i) => t.length - known.length + i), "one after the other, up to now");
    assert.ok(old.every((value) => value === 1));
    const rows = trends.table(["old", "new"], "all", 12);
    assert.deepEqual(rows[0].most.map((most) => most?.people), [1, 7]);
    assert.ok(rows.every(({ most }) => most[0]?.people === 1), "no row is of one zone alone");
  });
  it("break where nobody counted, and only there", () => {
    const trends = new Trends();
    for (const t of [0, 1000, 20_000, 21_000]) trends.add(t, [result("a", 1), ...(t < 20_000 ? [] : [result("b", 2)])]);
    const { values: [a, b] } = trends.aligned(["a", "b"], "60");
    assert.deepEqual(a, [1, 1, null, 1, 1]);
    assert.deepEqual(b, [undefined, undefined, undefined, 2, 2]);
  });
  it("begin anew with the stream", () => {
    const trends = new Trends();
    trends.add(5000, [result("a", 1)]);
    trends.add(0, [result("a", 3)]);
    assert.deepEqual(trends.aligned(["a"], "all").values, [[3]]);
  });
  it("as a small line: gaps stay gaps, the top is the top", () => {
    assert.equal(sparkPath([0, 1, 2, 3], [0, null, 2, 4], 4, 30, 10), "M0.0 10.0M20.0 5.0L30.0 0.0");
  });
  it("as CSV: no text becomes a formula", () => {
    assert.equal(toCsv([["zone", "n"], ["=HYPERLINK(1)", 2], ['a "b", c', null]]), 'zone,n\r\n\'=HYPERLINK(1),2\r\n"a ""b"", c",\r\n');
  });
});

describe("what is counted", () => {
  it("writes and reads places that are left out, and lines that count once", () => {
    const { editor } = newEditor();
    const zone = /** @type {Zone} */ (withOne(editor));
    const line = withOne(editor, "line");
    assert.equal(line.kind === "line" && line.mode, "every");
    editor.update({ ...withLimit(zone, "people", "warning", 5), counts: false });
    editor.update(/** @type {any} */ ({ ...line, mode: "once" }));
    const document = /** @type {any} */ (encodePlan(editor.state.plan));
    assert.equal(document.features[0].properties.counts, false);
    assert.equal("limits" in document.features[0].properties, false, "nobody is counted there");
    assert.equal(document.features[1].properties.mode, "once");
    const [first, second] = decodePlan(document).shapes;
    assert.equal(isCounted(first), false);
    assert.equal(second.kind === "line" && second.mode, "once");
    assert.equal(labelOf(first, new Map()).figure, "Not counted");
    document.features[0].properties.counts = "no";
    assert.throws(() => decodePlan(document), /counts must be true or false/);
    document.features[0].properties.counts = true;
    document.features[1].properties.mode = "twice";
    assert.throws(() => decodePlan(document), /mode must be every or once/);
  });

  it("leaves out the place where somebody's feet are, inside the frame", () => {
    const { editor, saved } = newEditor();
    assert.equal(editor.pen.exclude(footPlace([0.4, 0.5, 0.5, 0.99])), true);
    const [zone] = saved[0].shapes;
    assert.deepEqual([zone.name, isCounted(zone)], ["Excluded 1", false]);
    assert.deepEqual(zone.points, [[0.4, 0.892], [0.5, 0.892], [0.5, 1], [0.4, 1]]);
  });

  it("knows a place again whose box wanders", () => {
    assert.equal(isSamePlace([0.4, 0.2, 0.5, 0.8], [0.41, 0.22, 0.5, 0.81]), true);
    assert.equal(isSamePlace([0.4, 0.2, 0.5, 0.8], [0.6, 0.2, 0.7, 0.8]), false);
    assert.match(stillText({ key: 1, since: 60_000, box: [0, 0, 1, 1] }, 2_520_000), /for 41 minutes without moving/);
  });
});
