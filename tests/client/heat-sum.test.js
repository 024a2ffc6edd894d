import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { dayOf, decodeHour, hoursOf, summed, within } from "../../client/history/heat-sum.js";

const MIDNIGHT = new Date(2026, 5, 1).getTime();

/** @param {number} hour @param {number[]} cells @param {number} most @param {number} columns */
function answer(hour, cells, most, columns = cells.length) {
  return { t: new Date(MIDNIGHT + hour * 3_600_000).toISOString(), columns, rows: cells.length / columns, max_seconds: most, cells: Buffer.from(cells).toString("base64") };
}

describe("a day", () => {
  it("is that of the reader's clock", () => {
    const day = dayOf("2026-06-01");
    assert.equal(day?.from.getTime(), MIDNIGHT);
    assert.equal(hoursOf(/** @type {NonNullable<typeof day>} */ (day)).length, 24);
    assert.equal(dayOf(""), null);
  });
});

describe("hours", () => {
  it("carry seconds, not shades", () => {
    const hour = decodeHour(answer(9, [255, 51, 0, 0], 10));
    assert.deepEqual([...hour.values], [10, 2, 0, 0]);
    assert.equal(hour.seconds, 12);
  });

  it("add up by what they stand for", () => {
    const total = summed([answer(9, [255, 0], 10), answer(10, [255, 255], 2.5)].map(decodeHour));
    assert.ok(total);
    assert.deepEqual([total.max_seconds, ...new Uint8Array(total.cells)], [12.5, 255, 51]);
  });

  it("of two shapes are not mixed: the one with more people is shown", () => {
    const total = summed([answer(9, [255, 255], 1), answer(10, [255, 255], 5, 1)].map(decodeHour));
    assert.deepEqual([total?.columns, total?.rows, total?.max_seconds], [1, 2, 5]);
  });

  it("without anybody are nothing", () => {
    assert.equal(summed([]), null);
    assert.equal(summed([decodeHour(answer(9, [0, 0], 0))]), null);
  });

  it("are found by when they begin, also where clocks differ by half an hour", () => {
    const hours = [answer(9.5, [255], 1), answer(10, [255], 1)].map(decodeHour);
    assert.equal(within(hours, MIDNIGHT + 9 * 3_600_000).length, 1);
    assert.equal(within(hours, MIDNIGHT + 11 * 3_600_000).length, 0);
  });
});
