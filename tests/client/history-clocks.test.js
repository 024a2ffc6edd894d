import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { digest } from "../../client/history/digest.js";
import { dayOf, hoursOf } from "../../client/history/heat-sum.js";

const HOUR = 3_600_000;
const BEFORE = process.env.TZ;

afterEach(() => {
  if (BEFORE === undefined) delete process.env.TZ;
  else process.env.TZ = BEFORE;
});

/** @param {string} t @param {number} mean @param {number} seconds @returns {import("../../client/history/digest.js").HistoryPoint} */
function point(t, mean, seconds) {
  return { t, seconds, min: 0, mean, max: Math.ceil(mean), last: 0, entries: 0, exits: 0, visits: 0, dwell_mean_s: null, estimate: null, estimate_max: null, crowded_s: 0, unknown_s: 0 };
}

/** @param {string} date */
function day(date) {
  return /** @type {import("../../client/history/heat-sum.js").Day} */ (dayOf(date));
}

describe("where clocks differ by half hours", () => {
  it("the busiest hour is the one that was kept, which begins at half past", () => {
    process.env.TZ = "Asia/Kolkata";
    const { busiest } = digest([point("2026-06-01T05:00:00.000Z", 9, 3600), point("2026-06-01T06:00:00.000Z", 2, 3600)], 3600);
    assert.equal(busiest?.start, Date.parse("2026-06-01T05:00:00.000Z"));
    assert.deepEqual([new Date(busiest?.start ?? 0).getHours(), new Date(busiest?.start ?? 0).getMinutes()], [10, 30]);
  });
  it("finer figures are put together by the reader's clock", () => {
    process.env.TZ = "Asia/Kolkata";
    const { busiest } = digest([point("2026-06-01T05:10:00.000Z", 1, 60), point("2026-06-01T05:40:00.000Z", 9, 60)], 60);
    assert.deepEqual([busiest?.start, busiest?.average], [Date.parse("2026-06-01T05:30:00.000Z"), 9]);
  });
  it("the hours of a heatmap are those that are kept", () => {
    process.env.TZ = "Asia/Kolkata";
    const hours = hoursOf(day("2026-06-01"));
    assert.deepEqual([hours.length, new Date(hours[0]).toISOString()], [24, "2026-05-31T19:00:00.000Z"]);
  });
});

describe("when clocks change", () => {
  it("days have 23 and 25 hours", () => {
    process.env.TZ = "Europe/Berlin";
    assert.equal(hoursOf(day("2026-03-29")).length, 23);
    assert.equal(hoursOf(day("2026-10-25")).length, 25);
  });
  it("the hour that comes twice is two hours", () => {
    process.env.TZ = "Europe/Berlin";
    const [first, second] = ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"];
    const { busiest } = digest([point(first, 1, 60), point(second, 5, 60)], 60);
    assert.deepEqual([busiest?.start, busiest?.average], [Date.parse(second) - HOUR / 2, 5]);
  });
});
