import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { alertText, amountText, ongoing, peakText, risen, titleWith } from "../../client/alerts/words.js";

/** @param {string} id @param {object} alerts */
function zone(id, alerts) {
  return /** @type {import("../../client/live/protocol.js").ZoneResult} */ (/** @type {unknown} */ ({ id, alerts }));
}

const shapes = [{ id: "z1", name: "Gate" }, { id: "z2", name: "Hall" }];
const zones = [
  zone("z1", { people: { id: "a1", level: "warning", began: 0, peak: 1, peak_t: 0, estimated: false } }),
  zone("z2", { dwell: { id: "a2", level: "critical", began: 0, peak: 75, peak_t: 0, estimated: false } }),
];

describe("alerts of this moment", () => {
  const alerts = ongoing(zones, shapes);
  it("the worst first, by the zone's name", () => assert.deepEqual(alerts.map(alertText), ["Critical: Hall, a stay of 1 min", "Warning: Gate, 1 person"]));
  it("lead the title of the page", () => {
    assert.equal(titleWith("North", alerts), "⬤ Critical: Hall · North");
    assert.equal(titleWith("North", alerts.slice(1)), "▲ Warning: Gate · North");
    assert.equal(titleWith("North", []), "North");
  });
  it("are said once, and again when they become worse", () => {
    assert.deepEqual(risen(new Map(), alerts), alerts);
    assert.deepEqual(risen(new Map([["a1", "warning"], ["a2", "critical"]]), alerts), []);
    assert.deepEqual(risen(new Map([["a1", "critical"], ["a2", "warning"]]), alerts).map(({ id }) => id), ["a2"]);
  });
  it("figures have units", () => assert.equal(amountText("density", 2.345), `${(2.35).toLocaleString()} people per m²`));
  it("an estimate says that it is one, with its range", () => {
    const crowd = { figure: "people", peak: 470, estimated: true, peak_low: 380, peak_high: 560 };
    assert.equal(peakText(crowd), "≈ 470 people (380–560)");
    assert.equal(peakText({ ...crowd, peak_low: null, peak_high: null }), "≈ 470 people");
    assert.equal(peakText({ ...crowd, estimated: false }), "470 people");
    const live = [zone("z1", { people: { id: "a1", level: "critical", began: 0, peak: 470, peak_t: 0, estimated: true } })];
    assert.deepEqual(ongoing(live, shapes).map(alertText), ["Critical: Gate, ≈ 470 people"]);
    const ranged = [zone("z1", { people: { id: "a1", level: "critical", began: 0, peak: 470, peak_t: 0, estimated: true, peak_low: 380, peak_high: 560 } })];
    assert.deepEqual(ongoing(ranged, shapes).map(alertText), ["Critical: Gate, ≈ 470 people (380–560)"]);
  });
});
