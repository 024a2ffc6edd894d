import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ahead, spanOf } from "../../client/history/span.js";
import { ServerClock } from "../../client/ui/clock.js";

const NOON = Date.parse("2026-11-30T12:00:00Z");
const DAY = 86_400_000;

describe("the server's clock", () => {
  it("is this device's until the server says something", () => {
    const clock = new ServerClock(() => 5000, () => NOON);
    assert.equal(clock.now(), NOON);
    clock.hear(null);
    clock.hear("rubbish");
    assert.equal(clock.now(), NOON);
  });
  it("counts where the device's is off by days, and runs on", () => {
    let running = 5000;
    const clock = new ServerClock(() => running, () => NOON + 3 * DAY + running);
    clock.hear(new Date(NOON).toUTCString());
    assert.equal(clock.now(), NOON);
    running += 90_000;
    assert.equal(clock.now(), NOON + 90_000);
  });
  it("leaves a clock alone that is right but for a second", () => {
    const clock = new ServerClock(() => 5000, () => NOON + 900);
    clock.hear(new Date(NOON).toUTCString());
    assert.equal(clock.now(), NOON + 900);
  });
  it("is not set back by an answer that waited in a cache", () => {
    const clock = new ServerClock(() => 5000, () => NOON + 3 * DAY);
    clock.hear(new Date(NOON).toUTCString());
    clock.hear(new Date(NOON - 300_000).toUTCString());
    assert.equal(clock.now(), NOON);
  });
});

describe("a range up to now", () => {
  it("reaches up to the last figures where they lie ahead", () => {
    const span = spanOf("hour", NOON);
    assert.equal(ahead(span, "2026-11-30T14:00:06.000Z").to.toISOString(), "2026-11-30T14:00:06.000Z");
    assert.equal(ahead(span, "2026-11-30T14:00:06.000Z").from, span.from);
  });
  it("ends now where they do not, or where there are none", () => {
    const span = spanOf("hour", NOON);
    assert.equal(ahead(span, "2026-11-30T11:00:00.000Z").to.getTime(), NOON);
    assert.equal(ahead(span, null).to.getTime(), NOON);
  });
});
