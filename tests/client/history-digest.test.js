import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { looksOf } from "../../client/history/chart.js";
import { isUnknown, unknownStretches, worthSaying } from "../../client/history/certainty.js";
import { aligned, digest } from "../../client/history/digest.js";
import { certaintyText } from "../../client/history/notes.js";
import { historyPath, reaching, readSpan, spanOf, toInput } from "../../client/history/span.js";

/** @param {number} minute @param {number} mean @param {object} [more] @returns {import("../../client/history/digest.js").HistoryPoint} */
function point(minute, mean, more = {}) {
  const t = new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString();
  return { t, seconds: 60, min: 0, mean, max: Math.ceil(mean), last: 0, entries: 1, exits: 0, visits: 0, dwell_mean_s: null, estimate: null, estimate_max: null, crowded_s: 0, unknown_s: 0, ...more };
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
  it("has no entries where people could not be followed, and those of the rest else", () => {
    const rare = { entries: null, exits: null, visits: null, unfollowed_s: 60 };
    const [all, some] = [digest([point(0, 3, rare), point(1, 3, rare)], 60), digest([point(0, 3, rare), point(1, 3)], 60)];
    assert.deepEqual([all.entries, all.exits, all.dwellS, all.unfollowedS, all.average], [null, null, null, 120, 3]);
    assert.deepEqual([some.entries, some.unfollowedS], [1, 60]);
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
    assert.deepEqual(digest([], 60), { average: null, peak: 0, peakAt: null, peakEstimated: false, entries: 0, exits: 0, unfollowedS: 0, dwellS: null, busiest: null, estimatedS: 0, unknownS: 0, partlyUnknown: false });
    assert.equal(digest([point(0, 0)], 60).busiest, null);
  });
});

const UNKNOWN = { seconds: 0, min: null, mean: null, max: null, last: null, entries: 0, unknown_s: 60 };
const CROWDED = { estimate: 470, estimate_max: 512, crowded_s: 60 };

describe("a crowd", () => {
  it("is its estimate, not its boxes", () => {
    const { average, peak, peakAt, peakEstimated, busiest, estimatedS } = digest([point(0, 2), point(1, 4, CROWDED)], 60);
    assert.equal(average, (2 + 470) / 2);
    assert.deepEqual([peak, peakAt, peakEstimated], [512, point(1, 0).t, true]);
    assert.deepEqual([busiest?.average, busiest?.estimated, estimatedS], [236, true, 60]);
  });
  it("makes the hour busiest in which it was, and says so of that hour alone", () => {
    const { busiest } = digest([point(0, 50), point(70, 4, CROWDED)], 60);
    assert.deepEqual([busiest?.average, busiest?.estimated], [470, true]);
    assert.equal(digest([point(0, 500), point(70, 4, CROWDED)], 60).busiest?.estimated, false);
  });
  it("does not make a peak an estimate that was counted", () => {
    assert.equal(digest([point(0, 600), point(1, 4, CROWDED)], 60).peakEstimated, false);
  });
  it("is drawn as its estimate", () => {
    const series = [{ zone: null, points: [point(0, 2), point(1, 4, CROWDED)] }];
    assert.deepEqual(aligned(series, "mean", 60).values, [[2, 470]]);
    assert.deepEqual(aligned(series, "max", 60).values, [[2, 512]]);
  });
});

describe("what is not known", () => {
  it("lowers no average, and is not nothing", () => {
    const { average, partlyUnknown, unknownS } = digest([point(0, 8), point(1, 0, UNKNOWN)], 60);
    assert.deepEqual([average, partlyUnknown, unknownS], [8, true, 60]);
    const all = digest([point(0, 0, UNKNOWN)], 60);
    assert.deepEqual([all.average, all.busiest, all.partlyUnknown], [null, null, true]);
  });
  it("has a lower bound at most, which is in no average and a peak all the same", () => {
    const bound = point(1, 12, { unknown_s: 60 });
    const { average, peak } = digest([point(0, 8), bound], 60);
    assert.deepEqual([average, peak], [8, 12]);
    assert.equal(isUnknown(bound), true);
  });
  it("breaks the line and is drawn for all that it lasts", () => {
    const series = [{ zone: null, points: [point(0, 1), point(1, 0, UNKNOWN), point(2, 3, { unknown_s: 60 }), point(3, 4), point(9, 0, UNKNOWN)] }];
    assert.deepEqual(aligned(series, "mean", 60).values, [[1, null, null, 4, null, null]]);
    const at = Date.parse(point(0, 0).t);
    assert.deepEqual(unknownStretches(series, 60), [
      { from: at + 60_000, to: at + 180_000, unknownS: 120 },
      { from: at + 540_000, to: at + 600_000, unknownS: 60 },
    ]);
  });
  it("is the same time in every zone, and told once", () => {
    const series = [null, { id: "a", name: "A" }].map((zone) => ({ zone, points: [point(0, 0, UNKNOWN)] }));
    assert.deepEqual(unknownStretches(series, 60).map(({ unknownS }) => unknownS), [60]);
  });
  it("is not a first frame", () => {
    const first = point(0, 3, { unknown_s: 0.2 });
    assert.deepEqual([isUnknown(first), unknownStretches([{ points: [first] }], 60), worthSaying([first])], [false, [], false]);
    assert.equal(worthSaying(new Array(60).fill(first)), true, "but many of them are");
  });
  it("is said in words", () => {
    const words = (/** @type {object[]} */ ...more) => certaintyText(digest(more.map((one, i) => point(i, 4, one)), 60));
    assert.equal(words({}), "Counted");
    assert.equal(words(CROWDED, UNKNOWN), "1 min estimated · 1 min unknown");
    assert.equal(words(UNKNOWN), "1 min unknown");
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
