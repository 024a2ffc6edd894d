import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { coldText, hourText, pointsIn, warmText } from "../../client/history/heat-words.js";

const MIDNIGHT = new Date(2026, 5, 1).getTime();

/** An hour of which so much was observed and so much unknown. @param {number} hour @param {number} seconds @param {number} unknown @param {number | null} mean @returns {import("../../client/history/digest.js").HistoryPoint} */
function point(hour, seconds, unknown = 0, mean = 0) {
  return { t: new Date(MIDNIGHT + hour * 3_600_000).toISOString(), seconds, min: 0, mean, max: 0, last: 0, entries: 0, exits: 0, visits: 0, dwell_mean_s: null, estimate: null, estimate_max: null, crowded_s: 0, unknown_s: unknown };
}

describe("a time without heat", () => {
  for (const [name, points, text] of /** @type {const} */ ([
    ["in which no camera ran is not known", [], "Not known: nothing was counted in this time."],
    ["in which nothing could be said is not known", [point(9, 0, 20, null)], "Not known: the number of people was unknown in this time."],
    ["that was too full to be counted is not known", [point(9, 3600, 3600), point(10, 3600, 2000)], "Not known: the number of people was unknown in this time."],
    ["in which it was looked had nobody, for as long as that was", [point(9, 3600), point(10, 3600)], "No people were seen in 2 h of counting."],
    ["of which a part is not known says both", [point(9, 3600), point(10, 3600, 3600)], "No people were seen in 1 h of counting. For 1 h the number of people was unknown."],
    ["with people is older than heatmaps are kept", [{ ...point(9, 3600), max: 3, mean: 1.2 }], "No heatmap is kept of this time."],
    ["does not speak of the first frame", [point(9, 3600, 0.2)], "No people were seen in 1 h of counting."],
  ])) {
    it(name, () => assert.equal(coldText(points), text));
  }
});

describe("heat", () => {
  it("says what is missing of it", () => {
    assert.equal(warmText([point(9, 3600)], 120, 12.34), "2 min of people altogether; the brightest spot: 12.3 s.");
    assert.match(warmText([point(9, 3600, 600)], 90, 12), /12(\.0)? s\. For 10 min the number of people was unknown\.$/);
  });
  it("has a row for an hour that is not known, and none for an empty one", () => {
    assert.deepEqual([hourText([point(9, 3600)], 120), hourText([point(9, 3600, 3600)], 0), hourText([point(9, 3600)], 0), hourText([], 0)], ["2 min", "Not known", null, null]);
  });
  it("is of the points that begin in its time", () => assert.equal(pointsIn([point(8, 1), point(9, 1), point(9.5, 1), point(10, 1)], MIDNIGHT + 9 * 3_600_000, MIDNIGHT + 10 * 3_600_000).length, 2));
});
