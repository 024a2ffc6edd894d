import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { figureOf, hasIdentities, noteText, peakSoFar, peakText, peopleIn, peopleOf, peopleText, rangeText, sumUp } from "../../client/core/people.js";
import { look } from "../../client/live/connection-quality.js";
import { figuresOf } from "../../client/studio/watch.js";
import { labelsOf } from "../../client/zones/figures.js";

const SEEN = { count: 12, low: 11, high: 14, saturated: false, known: true, crowd: null };
const CROWD = /** @type {const} */ ({ estimate: 470, low: 380, high: 560, method: "mixed" });

describe("what is known of the count", () => {
  for (const [name, change, number, range, figure] of /** @type {const} */ ([
    ["a range", {}, "12", "probably 11 to 14", 12],
    ["as good as certain", { low: 12, high: 12 }, "12", "", 12],
    ["nobody judged it", { low: null, high: null }, "12", "", 12],
    ["an estimate", { low: 380, high: 560, saturated: true, crowd: CROWD }, "≈\u00a0470", "380–560, estimated", 470],
    ["too many, and nothing estimates", { low: 15, high: null, saturated: true }, "at least 15", "", null],
    ["too many, and nobody was found", { count: 0, low: 0, high: null, saturated: true }, "–", "Not yet known", null],
    ["the first frame", { count: 0, low: 0, high: null, known: false }, "–", "Not yet known", null],
  ])) {
    it(name, () => {
      const people = peopleOf({ ...SEEN, ...change });
      assert.deepEqual([peopleText(people), rangeText(people), figureOf(people)], [number, range, figure]);
    });
  }

  it("says what it means and what to do", () => {
    assert.equal(noteText(peopleOf(SEEN)), "");
    assert.equal(noteText(peopleOf({ ...SEEN, crowd: CROWD })), "Crowded: identities, visitors and dwell time mean little here.");
    assert.match(noteText(peopleOf({ ...SEEN, high: null, saturated: true })), /there is no estimate now\. If this lasts, .* “crowdcount models pull csrnet”/);
  });

  it("calls the larger one the peak", () => assert.deepEqual([peakText(12, null), peakText(12, 512), peakText(600, 512)], ["12", "≈\u00a0512", "600"]));
});

describe("the peak so far", () => {
  const crowded = peopleOf({ ...SEEN, saturated: true, crowd: CROWD });
  const least = peopleOf({ ...SEEN, low: 15, high: null, saturated: true });
  for (const [name, people, peak, crowdPeak, text] of /** @type {const} */ ([
    ["is of boxes where they tell", peopleOf(SEEN), 20, null, "20"],
    ["is the estimate in a crowd", crowded, 0, 512, "≈\u00a0512"],
    ["stays the estimate after it", peopleOf(SEEN), 20, 512, "≈\u00a0512"],
    ["is a lower bound where nobody can tell", least, 12, null, "at least 15"],
    ["is the largest that was counted before", least, 40, null, "at least 40"],
    ["is not known where nobody was made out", peopleOf({ ...SEEN, count: 0, low: 0, high: null, saturated: true }), 0, null, "–"],
  ])) {
    it(name, () => assert.equal(peakSoFar(people, peak, crowdPeak), text));
  }
  it("knows who has identities", () => assert.deepEqual([peopleOf(SEEN), crowded, least].map(hasIdentities), [true, false, false]));
});

describe("the sum at the end", () => {
  const unknown = peopleOf({ ...SEEN, count: 0, low: 0, high: null, saturated: true });
  const crowded = peopleOf({ ...SEEN, saturated: true, crowd: CROWD });
  for (const [name, last, peak, crowdPeak, unique, expected] of /** @type {const} */ ([
    ["is what was counted", peopleOf(SEEN), 20, null, 31, ["20", "31"]],
    ["of an empty place is 0", peopleOf({ ...SEEN, count: 0, low: 0, high: 0 }), 0, null, 0, ["0", "0"]],
    ["of a crowd has no people with a box", crowded, 0, 512, 0, ["≈\u00a0512", "–"]],
    ["after a crowd has none either", peopleOf({ ...SEEN, count: 0 }), 0, 512, 0, ["≈\u00a0512", "–"]],
    ["keeps those who had one", crowded, 12, 512, 9, ["≈\u00a0512", "9"]],
    ["is not 0 where nothing was known", unknown, 0, null, 0, ["–", "–"]],
    ["is a lower bound where no more was known", peopleOf({ ...SEEN, low: 23, high: null, saturated: true }), 0, null, 0, ["at least 23", "–"]],
  ])) {
    it(name, () => {
      const sum = sumUp(last, peak, crowdPeak, unique);
      assert.deepEqual([sum.peak, sum.unique], expected);
    });
  }
});

describe("what is known of a zone", () => {
  const zone = (/** @type {object} */ change) => /** @type {import("../../client/live/protocol.js").ZoneResult} */ ({ id: "a", occupancy: 7, level: "clear", known: true, crowd: null, ...change });
  for (const [name, change, known, expected] of /** @type {const} */ ([
    ["counted", {}, true, "7"],
    ["estimated", { crowd: { ...CROWD, estimate: 120, low: 90, high: 150 } }, true, "≈\u00a0120, 90–150"],
    ["a lower bound", { known: false }, true, "at least 7"],
    ["nobody in it was made out", { known: false, occupancy: 0 }, true, "Not known"],
    ["before anything is known", { known: false }, false, "Not known"],
  ])) {
    it(name, () => assert.equal(labelsOf([zone(change)], [], known).get("a")?.figure, expected));
  }

  it("has lines whose crossings nobody sees in a crowd", () => {
    const door = /** @type {import("../../client/live/protocol.js").LineResult} */ ({ id: "door", in: 0, out: 0 });
    const figureIn = (/** @type {boolean} */ boxed) => labelsOf([], [door], true, boxed).get("door")?.figure;
    assert.deepEqual([figureIn(true), figureIn(false)], ["0 in, 0 out", "–"]);
  });

  it("without an estimate is of those whom closer looks found at least", () => {
    const zone = peopleIn({ occupancy: 3, known: false, least: 12 }, true);
    assert.deepEqual([zone.state, zone.value], ["least", 12]);
  });
  it("of a server that does not say so is counted", () => assert.equal(peopleIn({ occupancy: 3 }, true).state, "counted"));
});

it("dates places where nobody moves by its own chart", () => {
  const camera = /** @type {import("../../client/studio/watch.js").Relayed} */ (/** @type {unknown} */ ({ count: 1, peak: 1, unique: 1, t: 9_000_000, still: [{ key: 3, since: 6_600_000, box: [0, 0, 1, 1] }] }));
  assert.deepEqual(figuresOf(camera, 5, 100).still, [{ key: 3, since: 100 - 2_400_000, box: [0, 0, 1, 1] }]);
});

it("reads the same of a camera that another device streams", () => {
  const camera = /** @type {import("../../client/studio/watch.js").Relayed} */ (/** @type {unknown} */ ({ count: 12, count_low: 380, count_high: 560, saturated: true, known: true, crowd: CROWD, peak: 20, unique: 90 }));
  assert.equal(peopleOf(figuresOf(camera, 5, 100)).state, "estimated");
  assert.equal(peopleOf(figuresOf({ ...camera, crowd: null, count_low: 12, count_high: null }, 5, 100)).state, "least");
  assert.equal(peopleOf(figuresOf({ ...camera, crowd: null, saturated: false, known: false }, 5, 100)).state, "unknown");
});

it("lays zones where that device's picture has them, and does not count people who cannot be followed", () => {
  const view = { fits: true, matrix: [1.33333, 0, -0.16667, 0, 1, 0] };
  const camera = /** @type {import("../../client/studio/watch.js").Relayed} */ (/** @type {unknown} */ ({ count: 2, peak: 3, unique: null, followed: false, view }));
  const { view: there, followed, unique } = figuresOf(camera, 5, 100);
  assert.deepEqual({ there, followed, unique }, { there: view, followed: false, unique: null });
});

it("believes the server that its machine is full", () => {
  const situation = { now: 0, fps: 4, wanted: 10, rttMs: 800, serverMs: 200, silentMs: 0 };
  assert.equal(look(situation), "slow");
  assert.equal(look({ ...situation, full: true }), "full");
  assert.equal(look({ ...situation, full: true, fps: 10 }), "live");
});
