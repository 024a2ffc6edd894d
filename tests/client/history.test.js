import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { History } from "../../client/core/history.js";
import { NOT_KNOWN } from "../../client/core/people.js";
import { runsOf } from "../../client/studio/stretches.js";
import { cellsOf } from "../../client/studio/chart-cells.js";
import { Trends } from "../../client/zones/trends.js";

/** @param {number} value @returns {import("../../client/core/people.js").People} */
const counted = (value) => ({ state: "counted", value, low: null, high: null });

/** A zone with twelve people in a frame. @param {{estimate: number, low: number, high: number, method: "mixed"} | null} crowd @param {boolean} known */
function zoneOf(crowd, known) {
  return /** @type {import("../../client/live/protocol.js").ZoneResult} */ (/** @type {unknown} */ ({ id: "hall", occupancy: 12, crowd, known }));
}

/** @param {number} seconds @param {number} fps @param {(t: number) => number} count */
function filled(seconds, fps, count) {
  const history = new History();
  for (let frame = 0; frame < seconds * fps; frame += 1) history.add((frame * 1000) / fps, counted(count(frame / fps)));
  return history;
}

describe("History", () => {
  it("keeps the last minute finely and all of it coarsely", () => {
    const history = filled(120, 10, (t) => Math.floor(t / 10));
    const minute = history.curve("60");
    assert.ok(minute.t[0] >= 59 && minute.t[0] <= 60.5, `begins at ${minute.t[0]}`);
    assert.equal(minute.average.at(-1), 11);
    assert.equal(history.curve("all").average[0], 0);
  });

  it("gives the mean and the range of each bucket", () => {
    const history = new History();
    for (const [t, count] of [[0, 2], [50, 4], [100, 3]]) history.add(t, counted(count));
    const { average, low, high } = history.curve("60");
    assert.deepEqual([average[0], low[0], high[0]], [3, 2, 4]);
  });

  it("loses no peak, however long it runs, and stays small", () => {
    const history = filled(6 * 3600, 2, (t) => (t === 5000 ? 42 : 3));
    const buckets = history.buckets("all");
    assert.ok(buckets.length <= 720, `${buckets.length} buckets`);
    assert.equal(Math.max(...buckets.map(({ high }) => high)), 42);
    assert.equal(buckets.reduce((sum, { frames }) => sum + frames, 0), 6 * 3600 * 2);
    assert.ok(history.buckets("600").length <= 320);
    assert.ok(history.buckets("60").length <= 280);
  });

  it("breaks the line where nothing is known", () => {
    const history = new History();
    history.add(0, counted(3));
    history.add(1000, counted(3));
    history.add(20000, counted(5));
    const { t, average } = history.curve("all");
    const gap = average.indexOf(null);
    assert.ok(gap > 0);
    assert.ok(t[gap] > 1 && t[gap] < 20);
  });

  it("does not break it for a stream of one frame a second", () => {
    const history = filled(30, 1, () => 2);
    assert.ok(!history.curve("60").average.includes(null));
  });

  for (const seconds of [5, 59, 600, 7200]) {
    it(`tells ${seconds} s as a table of a few rows, newest first`, () => {
      const history = filled(seconds, 2, () => 4);
      for (const range of /** @type {const} */ (["60", "600", "all"])) {
        const rows = history.table(range, 12);
        assert.ok(rows.length >= 1 && rows.length <= 12, `${range}: ${rows.length} rows`);
        assert.ok(rows.every((row, index) => index === 0 || row.start < rows[index - 1].start));
        assert.ok(rows.every((row) => row.low === 4 && row.high === 4 && row.sum / row.frames === 4));
      }
    });
  }

  it("forgets everything when counting starts anew", () => {
    const history = filled(6000, 1, () => 1);
    history.clear();
    assert.ok(history.isEmpty);
    history.add(0, counted(7));
    assert.deepEqual(history.curve("all").average, [7]);
  });

  it("keeps estimates apart, with their range, and has no number for what is not known", () => {
    const history = new History();
    history.add(0, counted(12));
    history.add(1000, { state: "estimated", value: 470, low: 380, high: 560 });
    history.add(2000, { state: "least", value: 12, low: 12, high: null });
    history.add(3000, NOT_KNOWN);
    const { average, low, high, kind } = history.curve("60");
    assert.deepEqual(kind, ["counted", "estimated", "unknown", "unknown"]);
    assert.deepEqual([average, low, high], [[12, 470, null, null], [12, 380, null, null], [12, 560, null, null]]);
    assert.deepEqual(history.rows("all").slice(1), [
      [0, 12, 12, 12, "counted", null, null],
      [1, 470, 470, 470, "estimated", 380, 560],
      [2, null, null, null, "unknown", null, null],
      [3, null, null, null, "unknown", null, null],
    ]);
  });

  it("means what was known, where a bucket has both", () => {
    const history = new History();
    for (const [t, people] of /** @type {const} */ ([[0, NOT_KNOWN], [50, counted(4)], [100, counted(6)]])) history.add(t, people);
    const { average, kind } = history.curve("60");
    assert.deepEqual([average, kind], [[5], ["counted"]]);
    assert.deepEqual(cellsOf(history.table("60", 12)[0]), ["4", "5.0", "6"]);
  });

  it("gives no number for a bucket of which most is not known, whatever was known before", () => {
    const history = new History();
    const trends = new Trends();
    const crowd = /** @type {const} */ ({ estimate: 470, low: 380, high: 560, method: "mixed" });
    // Known for two frames, then too crowded to be counted: all in the same second.
    for (const [t, people] of /** @type {const} */ ([[0, counted(12)], [100, { state: "estimated", value: 470, low: 380, high: 560 }], [200, NOT_KNOWN], [300, NOT_KNOWN], [400, NOT_KNOWN]])) {
      history.add(t, people);
      trends.add(t, [zoneOf(people.state === "estimated" ? crowd : null, people.state !== "unknown")]);
    }
    const unknown = ["unknown", null, null];
    assert.deepEqual(history.rows("all")[1], [0, null, null, null, ...unknown]);
    assert.deepEqual(cellsOf(history.table("all", 12)[0]), ["not known", "–", "–"]);
    assert.deepEqual(trends.rows([{ id: "hall", name: "Hall" }], "all")[1], [0, "Hall", null, null, null, ...unknown]);
    assert.deepEqual(trends.table(["hall"], "all", 12)[0].most, [null]);
  });

  it("writes a table in which nothing unknown is a number", () => {
    const history = new History();
    history.add(0, NOT_KNOWN);
    assert.deepEqual(cellsOf(history.table("60", 12)[0]), ["not known", "–", "–"]);
    history.clear();
    history.add(0, { state: "estimated", value: 470, low: 380, high: 560 });
    assert.deepEqual(cellsOf(history.table("60", 12)[0]), ["≈\u00a0470", "≈\u00a0470", "≈\u00a0470"]);
  });

  it("marks stretches from middle to middle", () => {
    const runs = runsOf([0, 1, 2, 3, 4], ["counted", "estimated", "estimated", null, "unknown"]);
    assert.deepEqual(runs, [{ kind: "estimated", from: 0.5, to: 2.5 }, { kind: "unknown", from: 3.5, to: 4 }]);
  });
});
