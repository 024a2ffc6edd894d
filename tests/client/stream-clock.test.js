import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { StreamClock } from "../../client/capture/stream-clock.js";

const WALL = 1_700_000_000_000;

describe("the time in a stream", () => {
  it("is that of the page's clock", () => {
    const clock = new StreamClock();
    clock.start(5000, WALL);
    assert.equal(clock.timeOf(7500), 2500);
  });
  it("holds what a sleeping device missed, every time", () => {
    const clock = new StreamClock();
    clock.start(5000, WALL);
    clock.wake(6000, WALL + 31_000, 60_000);
    assert.equal(clock.timeOf(6000), 31_000);
    clock.wake(8000, WALL + 53_000, 60_000);
    assert.equal(clock.timeOf(8000), 53_000);
    clock.wake(9000, WALL + 54_000, 60_000);
    assert.equal(clock.timeOf(9000), 54_000, "it did not sleep");
  });
  it("does not mind clocks that are set", () => {
    const clock = new StreamClock();
    clock.start(0, WALL);
    for (const wall of [WALL + 3_600_000, WALL - 3_600_000, WALL + 1400]) clock.wake(1000, wall, 60_000);
    assert.equal(clock.timeOf(1000), 1000);
    clock.wake(2000, WALL + 22_400, 60_000);
    assert.equal(clock.timeOf(2000), 22_000, "afterwards it is still seen to sleep");
  });
  it("goes on in the page that comes after one that was thrown away", () => {
    const clock = new StreamClock();
    clock.start(200, WALL, 40_000);
    assert.equal(clock.timeOf(700), 40_500);
    clock.wake(1200, WALL + 21_000, 60_000);
    assert.equal(clock.timeOf(1200), 61_000, "sleep is noticed there as well");
  });
});
