import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { enough, judge, look, newJudge } from "../../client/live/connection-quality.js";

const FINE = { now: 0, fps: 10, wanted: 30, rttMs: 80, serverMs: 40, silentMs: 0 };

describe("one look", () => {
  for (const [name, change, expected] of /** @type {const} */ ([
    ["enough frames are fine, though the camera has more", {}, "live"],
    ["a source of few frames is not held back", { fps: 2.8, wanted: 3 }, "live"],
    ["few frames, the time goes by in the server", { fps: 4, rttMs: 500, serverMs: 450 }, "full"],
    ["few frames, the time goes by on the way", { fps: 4, rttMs: 500, serverMs: 60 }, "slow"],
    ["enough frames, but each very late", { rttMs: 1500, serverMs: 60 }, "slow"],
    ["no answer for seconds", { silentMs: 4000 }, "slow"],
  ])) {
    it(name, () => assert.equal(look({ ...FINE, ...change }), expected));
  }

  it("measures a stream by what its source gives, up to ten a second", () => {
    assert.equal(enough(30), 10);
    assert.equal(enough(4), 4);
  });
});

describe("the verdict", () => {
  const full = { ...FINE, fps: 4, rttMs: 500, serverMs: 450 };

  it("changes only when it has held for a while", () => {
    let state = newJudge();
    for (let now = 0; now < 1900; now += 500) state = judge(state, { ...full, now });
    assert.equal(state.verdict, "live");
    for (let now = 2000; now <= 3000; now += 500) state = judge(state, { ...full, now });
    assert.equal(state.verdict, "full");
  });

  it("is good again at once: no line says 12 of 10", () => {
    let state = newJudge();
    for (let now = 0; now <= 3000; now += 500) state = judge(state, { ...full, now });
    assert.equal(judge(state, { ...FINE, fps: 12, now: 3500 }).verdict, "live");
  });

  it("is not moved by a hiccup", () => {
    let state = newJudge();
    for (let now = 0; now < 20000; now += 500) state = judge(state, { ...(now % 2000 === 0 ? full : FINE), now });
    assert.equal(state.verdict, "live");
  });
});
