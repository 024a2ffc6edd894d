import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { looksOf } from "../../client/history/chart.js";
import { aligned, digest } from "../../client/history/digest.js";
import { historyPath, reaching, readSpan, spanOf, toInput } from "../../client/history/span.js";

/** @param {number} minute @param {number} mean @param {object} [more] @returns {import("../../client/history/digest.js").HistoryPoint} */
function point(minute, mean, more = {}) {
  const t = new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString();
  return { t, seconds: 60, min: 0, mean, max: Math.ceil(mean), last: 0, entries: 1, exits: 0, visits: 0, dwell_mean_s: null, ...more };
}

describe("the lines of the chart", () => {
  const series = /** @type {import("../../client/history/digest.js").Series[]} */ ([null, { id: "a", name: "A" }, { id: "gone", name: "Gone" }, { id: "b", name: "B" }].map((zone) => ({ zone, points: [] })));
  const shapes = [{ id: "b", colour: "#111111" }, { id: "a", colour: "#222222" }];
  it("have the colours of their zones, and one of their own where a zone is no longer drawn", () => {
    const looks = looksOf(series, shapes);
    assert.deepEqual(["a", "b"].map((id) => looks.get(id)?.colour), ["#222222", "#111111"]);
    assert.match(looks.get("gone")?.colour ?? "", /^#/);
  });
  it("are told apart without colours", () => assert.equal(new Set([...looksOf(series, shapes).values()].map(({ dash }) => String(dash))).size, 3));
});

describe("what a stretch of time came to", () => {
  it("weighs by the time that was observed", () => {
    const { average, peak, peakAt, entries } = digest([point(0, 2), point(1, 8, { seconds: 20, max: 11 })], 60);
    assert.equal(average, (2 * 60 + 8 * 20) / 80);
    assert.deepEqual([peak, peakAt, entries], [11, point(1, 0).t, 2]);
  });
  it("means stays over visits, not over stretches", () => {
    const { dwellS } = digest([point(0, 1, { visits: 3, dwell_mean_s: 10 }), point(1, 1, { visits: 1, dwell_mean_s: 30 }), point(2, 1)], 60);
    assert.equal(dwellS, 15);
  });
  it("finds the busiest hour by its average, not by one moment", () => {
    const { busiest } = digest([point(0, 9), point(1, 0), point(70, 5), point(71, 6)], 60);
    assert.equal(busiest?.average, 5.5);
    assert.equal(busiest?.start, new Date(Date.UTC(2026, 4, 1, 11)).getTime());
  });
  it("does not take a moment for the busiest hour, but where there were only moments", () => {
    const moment = point(59, 30, { seconds: 10 });
    const hour = [60, 70, 80].map((minute) => point(minute, 5));
    assert.equal(digest([moment, ...hour], 60).busiest?.average, 5);
    assert.equal(digest([moment], 60).busiest?.average, 30);
  });
  it("says nothing of a time in which nothing was observed", () => {
    assert.deepEqual(digest([], 60), { average: null, peak: 0, peakAt: null, entries: 0, exits: 0, dwellS: null, busiest: null });
    assert.equal(digest([point(0, 0)], 60).busiest, null);
  });
});

describe("series in one chart", () => {
  it("share an axis, and a gap in all of them breaks the lines", () => {
    const series = [{ zone: null, points: [point(0, 1), point(1, 2), point(9, 3)] }, { zone: { id: "a", name: "A" }, points: [point(1, 5)] }];
    const { t, values } = aligned(series, "mean", 60);
    assert.equal(t.length, 4);
    assert.deepEqual(values, [[1, 2, null, 3], [null, 5, null, null]]);
  });
});

describe("the range", () => {
  it("of a name ends now", () => {
    const { from, to } = spanOf("week", 1e12);
    assert.equal(to.getTime() - from.getTime(), 7 * 86_400_000);
  });
  it("reaches to what a file that was counted quickly has ahead of the clock", () => {
    const span = { from: new Date(Date.UTC(2026, 4, 1, 9)), to: new Date(Date.UTC(2026, 4, 1, 10, 5)) };
    const series = [{ points: [point(0, 1), point(7, 2)] }, { points: [] }];
    assert.equal(reaching(span, series, 60).to.getTime(), Date.UTC(2026, 4, 1, 10, 8));
    assert.deepEqual(reaching(span, [{ points: [point(0, 1), point(4.5, 2)] }], 60), span);
    assert.deepEqual(reaching(span, [], 60), span);
  });
  it("typed by hand is read in the device's time", () => {
    const at = new Date(2026, 4, 1, 10, 30);
    assert.equal(readSpan(toInput(at), toInput(new Date(2026, 4, 2))).span?.from.getTime(), at.getTime());
  });
  it("must be one", () => {
    assert.match(readSpan("", "2026-05-01T10:00").problem, /needed/);
    assert.match(readSpan("2026-05-02T10:00", "2026-05-01T10:00").problem, /before/);
  });
  it("is asked for in UTC", () => {
    const path = historyPath("cam/1", { from: new Date(0), to: new Date(60_000) }, ".csv");
    assert.equal(path, "/api/cameras/cam%2F1/history.csv?from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A01%3A00.000Z&step=auto");
  });
});
