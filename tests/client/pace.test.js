import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { maySend, paceAfter, startPace, stepOf } from "../../client/live/pace.js";

const LIMITS = { max_bytes: 900000, max_pixels: 8300000, max_side: 960, in_flight: 2, max_fps: 30, streams_per_user: 4, resume_ms: 60000 };

/**
 * Answers arrive one after the other, each after its round trip.
 * @param {import("../../client/live/pace.js").Pace} pace @param {number} from ms @param {number} seconds
 * @param {number} rttMs @param {number} serverMs
 */
function answers(pace, from, seconds, rttMs, serverMs) {
  let now = from;
  const passed = [];
  while (now < from + seconds * 1000) {
    now += Math.max(rttMs, 50);
    pace = paceAfter(pace, { now, rttMs, serverMs, waitMs: 0 });
    passed.push(stepOf(pace));
  }
  return { pace, now, passed };
}

describe("the ladder", () => {
  it("gives up frames in flight and rate first, then size, then quality", () => {
    const { steps, rateSteps } = startPace(LIMITS, 0, 0);
    const fallen = steps.slice(1).map((step, index) => {
      const before = steps[index];
      const changed = /** @type {const} */ (["inFlight", "fps", "side", "quality"]).filter((key) => step[key] !== before[key]);
      assert.equal(changed.length, 1, "one thing at a time");
      assert.ok(step[changed[0]] < before[changed[0]], "each step down is a step down");
      return changed[0];
    });
    assert.deepEqual([...new Set(fallen)], ["inFlight", "fps", "side", "quality"]);
    assert.equal(fallen.indexOf("side") + 1, rateSteps);
  });

  for (const [name, limits, most] of /** @type {const} */ ([
    ["takes the server's limits", LIMITS, { inFlight: 2, fps: 30, side: 960 }],
    ["never sends larger than asked", { ...LIMITS, max_side: 640 }, { inFlight: 2, fps: 30, side: 640 }],
    ["never sends faster than asked", { ...LIMITS, max_fps: 8 }, { inFlight: 2, fps: 8, side: 960 }],
    ["keeps one in flight where one is allowed", { ...LIMITS, in_flight: 1 }, { inFlight: 1, fps: 30, side: 960 }],
    ["has two in flight at most", { ...LIMITS, in_flight: 9 }, { inFlight: 2, fps: 30, side: 960 }],
  ])) {
    it(name, () => {
      const { steps } = startPace(limits, 0, 0);
      for (const key of /** @type {const} */ (["inFlight", "fps", "side"])) {
        assert.equal(Math.max(...steps.map((step) => step[key])), most[key]);
      }
    });
  }
});

describe("the pace after answers", () => {
  for (const [name, basisMs, rttMs, serverMs, expected] of /** @type {const} */ ([
    ["a good way stays at the best", 20, 80, 40, { fps: 30, side: 960, quality: 0.8 }],
    ["a far but clear way stays at the best", 600, 700, 40, { fps: 30, side: 960, quality: 0.8 }],
    ["a narrow way ends at the smallest", 50, 2500, 40, { fps: 5, side: 480, quality: 0.5 }],
    ["a busy machine gets fewer frames, not smaller ones", 20, 900, 850, { fps: 5, side: 960, quality: 0.8 }],
    ["between good and bad nothing moves", 20, 300, 40, { fps: 30, side: 960, quality: 0.8 }],
  ])) {
    it(name, () => {
      const { fps, side, quality } = stepOf(answers(startPace(LIMITS, basisMs, 0), 0, 60, rttMs, serverMs).pace);
      assert.deepEqual({ fps, side, quality }, expected);
    });
  }

  it("lowers the rate before the size, and the size before the quality", () => {
    const { passed } = answers(startPace(LIMITS, 50, 0), 0, 60, 2500, 40);
    const first = (/** @type {(step: import("../../client/live/pace.js").Step) => boolean} */ test) => passed.findIndex(test);
    const slower = first((step) => step.fps < 30);
    const smaller = first((step) => step.side < 960);
    const coarser = first((step) => step.quality < 0.8);
    assert.ok(0 < slower && slower < smaller && smaller < coarser, `${slower} ${smaller} ${coarser}`);
    assert.ok(passed.every((step) => step.side === 960 || step.fps === 5), "no smaller while the rate can still fall");
  });

  it("is not moved by one late answer", () => {
    const good = answers(startPace(LIMITS, 20, 0), 0, 5, 80, 40);
    const late = paceAfter(good.pace, { now: good.now + 800, rttMs: 800, serverMs: 40, waitMs: 0 });
    assert.equal(late.at, 0);
  });

  it("comes back to the best when the way is good again", () => {
    const bad = answers(startPace(LIMITS, 50, 0), 0, 60, 2500, 40);
    assert.ok(bad.pace.at > 0);
    assert.equal(answers(bad.pace, bad.now, 600, 80, 40).pace.at, 0);
  });

  it("does not swing: where the best is too much, it tries it ever more rarely", () => {
    let pace = startPace(LIMITS, 20, 0);
    let now = 0;
    /** @type {number[]} */
    const tries = [];
    while (now < 300000) {
      now += 100;
      const before = pace.at;
      pace = paceAfter(pace, { now, rttMs: pace.at === 0 ? 600 : 100, serverMs: 40, waitMs: 0 });
      if (before > 0 && pace.at === 0) tries.push(now);
    }
    const gaps = tries.slice(1).map((at, index) => at - tries[index]);
    assert.ok(gaps.length >= 2, "it keeps trying");
    assert.ok(gaps[gaps.length - 1] > 4 * gaps[0], `gaps ${gaps}`);
  });
});

describe("whether a frame may leave", () => {
  const pace = startPace(LIMITS, 20, 0);
  for (const [name, now, sentAt, unanswered, expected] of /** @type {const} */ ([
    ["the first at once", 0, -Infinity, 0, true],
    ["not before the rate allows", 1010, 1000, 0, false],
    ["again after its interval", 1034, 1000, 0, true],
    ["a camera callback that comes a moment early counts", 1027, 1000, 0, true],
    ["a second while one is unanswered and nothing is known of the server", 1040, 1000, 1, true],
    ["never a third", 5000, 1000, 2, false],
  ])) {
    it(name, () => assert.equal(maySend(pace, now, { sentAt, answeredAt: -Infinity, unanswered }), expected));
  }

  const busy = paceAfter(pace, { now: 100, rttMs: 120, serverMs: 110, waitMs: 10 });
  for (const [name, now, traffic, expected] of /** @type {const} */ ([
    ["waits while the one before has long to go", 1050, { sentAt: 1000, answeredAt: 900, unanswered: 1 }, false],
    ["leaves in time to follow it", 1071, { sentAt: 1000, answeredAt: 900, unanswered: 1 }, true],
    ["counts from the answer where the one before had to wait", 1071, { sentAt: 1000, answeredAt: 1030, unanswered: 1 }, false],
    ["leaves at once when nothing is unanswered", 1040, { sentAt: 1000, answeredAt: 1039, unanswered: 0 }, true],
  ])) {
    it(`at a server that takes 100 ms, the second ${name}`, () => assert.equal(maySend(busy, now, traffic), expected));
  }

  it("keeps a busy server busy, and its slot empty", () => {
    // A camera of 30 frames a second, a server of 80 ms a frame, a way of 5 ms: simulated frame by frame.
    let state = startPace(LIMITS, 10, 0);
    /** @type {{sent: number, done: number, start: number}[]} */
    const out = [];
    const waits = [];
    let [sentAt, answeredAt, free, answered] = [-Infinity, -Infinity, 0, 0];
    for (let now = 0; now < 30000; now += 1000 / 30) {
      while (out.length && out[0].done + 5 <= now) {
        const { sent, start, done } = /** @type {{sent: number, done: number, start: number}} */ (out.shift());
        answeredAt = done + 5;
        answered += 1;
        waits.push(start - sent - 5);
        state = paceAfter(state, { now: answeredAt, rttMs: answeredAt - sent, serverMs: done - sent - 5, waitMs: start - sent - 5 });
      }
      if (!maySend(state, now, { sentAt, answeredAt, unanswered: out.length })) continue;
      sentAt = now;
      const start = Math.max(now + 5, free);
      free = start + 80;
      out.push({ sent: now, start, done: free });
    }
    const average = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    assert.ok(answered / 30 > 0.9 * (1000 / 80), `${answered / 30} frames a second`);
    assert.ok(average < 25, `waits ${average} ms on average`);
  });

  it("never exceeds the rate by more than the tolerance over a second", () => {
    let sentAt = -Infinity;
    let sent = 0;
    for (let now = 0; now < 10000; now += 1000 / 60) {
      if (!maySend(pace, now, { sentAt, answeredAt: -Infinity, unanswered: 0 })) continue;
      sentAt = now;
      sent += 1;
    }
    assert.ok(sent <= 300 + 1, `${sent} frames in 10 s`);
  });
});
