import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { look } from "../../client/live/verdict.js";
import { rangeText } from "../../client/studio/view-figures.js";

const FIGURES = { count: 12, low: 11, high: 14, saturated: false, full: false, peak: 12, unique: 20, at: 0, t: 0 };

describe("how sure the count is", () => {
  for (const [name, change, expected] of /** @type {const} */ ([
    ["a range", {}, "probably 11 to 14"],
    ["as good as certain", { low: 12, high: 12 }, ""],
    ["nothing known", { low: null, high: null }, ""],
    ["a crowd in which not all are found", { saturated: true }, "probably more than 12: not everybody can be made out"],
  ])) {
    it(name, () => assert.equal(rangeText({ ...FIGURES, ...change }), expected));
  }
});

it("believes the server that its machine is full", () => {
  const situation = { now: 0, fps: 4, wanted: 10, rttMs: 800, serverMs: 200, silentMs: 0 };
  assert.equal(look(situation), "slow");
  assert.equal(look({ ...situation, full: true }), "full");
  assert.equal(look({ ...situation, full: true, fps: 10 }), "live");
});
