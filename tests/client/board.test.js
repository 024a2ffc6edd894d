import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { cellsOf } from "../../client/zones/board-table.js";
import { factsOf } from "../../client/zones/board.js";
import { busiest, peopleOfZone } from "../../client/zones/figures.js";

/** @param {string} colour #rrggbb @returns {number} relative luminance of WCAG */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("the table of the board", () => {
  const live = /** @type {import("../../client/live/protocol.js").ZoneResult} */ ({ id: "a", occupancy: 3, peak: 7, average: 2.46, entries: 12, exits: 9, visitors: 11, dwell: { mean_s: 30, median_s: 21, p90_s: 75, longest_now_s: 200 }, area_m2: 20, density: 0.15, service: "A", level: "clear", alerts: {} });
  it("has every figure of a zone", () => assert.deepEqual(cellsOf(live), ["3", "2.5", "7", "11", "12", "9", "0:30", "0:21", "1:15", "3:20", "0.15"]));
  it("says of what nobody knows that it is not known", () => {
    assert.ok(cellsOf(undefined).every((text) => text === "–"));
    const nobody = { ...live, density: null, service: null, dwell: { mean_s: null, median_s: null, p90_s: null, longest_now_s: 0 } };
    assert.deepEqual(cellsOf(nobody).slice(6), ["–", "–", "–", "0:00", "–"]);
  });
  it("has nothing that counts identities where people cannot be followed", () => {
    const rare = { ...live, entries: null, exits: null, visitors: null, dwell: { mean_s: null, median_s: null, p90_s: null, longest_now_s: null } };
    assert.deepEqual(cellsOf(rare), ["3", "2.5", "7", "–", "–", "–", "–", "–", "–", "–", "0.15"]);
    assert.deepEqual(factsOf(rare, peopleOfZone(rare)).slice(0, 2).map(([, text]) => text), ["–", "–"]);
  });
  const crowded = { ...live, known: true, crowd: /** @type {const} */ ({ estimate: 421, low: 300, high: 600, method: "density" }), crowd_peak: 470 };
  it("says nothing of boxed people while boxes do not tell", () => {
    assert.deepEqual(cellsOf(crowded), ["≈\u00a0421", "–", "≈\u00a0470", "–", "–", "–", "–", "–", "–", "–", "≈\u00a00.15"]);
    const packed = { ...live, known: false, density: null };
    assert.deepEqual(cellsOf(packed).slice(0, 4), ["at least 3", "–", "at least 7", "–"]);
    assert.deepEqual(cellsOf({ ...live, crowd_peak: 470 }).slice(0, 4), ["3", "2.5", "≈\u00a0470", "11"], "the crowd is gone");
  });
  it("is what the cards say", () => {
    assert.deepEqual(factsOf(crowded, peopleOfZone(crowded)).map(([, text]) => text), ["–", "–", "≈\u00a0470", "–", "–", "≈\u00a00.15"]);
    assert.deepEqual(factsOf(live, peopleOfZone(live)).map(([, text]) => text).slice(0, 3), ["11", "12 / 9", "7"]);
  });
});

describe("the busiest zone", () => {
  const zones = /** @type {import("../../client/live/protocol.js").ZoneResult[]} */ ([["a", 3, 2.9], ["b", 7, 1], ["c", 7, 2]].map(([id, peak, average]) => ({ id, peak, average })));
  it("had most people at once, and for longer", () => assert.equal(busiest(zones)?.id, "c"));
  it("is none where nobody was", () => assert.equal(busiest([{ ...zones[0], peak: 0 }]), null));
  it("is by the estimates of a crowd, which has few boxes", () => {
    const crowded = zones.map((zone) => ({ ...zone, crowd_peak: zone.id === "a" ? 470 : 90 }));
    assert.equal(busiest(crowded)?.id, "a");
    assert.equal(busiest([{ ...zones[0], peak: 0, crowd_peak: 5 }])?.id, "a");
    assert.equal(busiest([{ ...zones[0], crowd_peak: null }, { ...zones[2], crowd_peak: 2 }])?.id, "c", "more boxes than were estimated");
  });
});

describe("Fruin's levels", () => {
  const css = readFileSync(new URL("../../static/css/service.css", import.meta.url), "utf8");
  const grounds = Object.fromEntries([...css.matchAll(/\[data-service="(\w)"\] \{\s*--service: (#\w{6})/g)].map(([, level, colour]) => [level, colour]));
  it("have six colours", () => assert.deepEqual([Object.keys(grounds).sort().join(""), new Set(Object.values(grounds)).size], ["ABCDEF", 6]));
  for (const [level, ground] of Object.entries(grounds)) {
    it(`${level} can be read on its colour`, () => {
      const [low, high] = [ground, level === "F" ? "#ffffff" : "#14191c"].map(luminance).sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) >= 4.5);
    });
  }
});
