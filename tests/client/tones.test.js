import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { Tones } from "../../client/alerts/tones.js";

/** @type {number[]} frequencies of what was started */
let heard = [];

/** A browser's sound, which a page may not use before it was tapped. */
class FakeAudio {
  state = "suspended";
  currentTime = 0;
  destination = {};
  static allowed = false;
  resume() {
    if (!FakeAudio.allowed) return new Promise(() => {});
    this.state = "running";
    return Promise.resolve();
  }
}

class FakeNode {
  /** @param {unknown} _audio @param {{frequency: number}} options */
  constructor(_audio, { frequency }) {
    this.frequency = frequency;
  }
  gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
  /** @param {unknown} next */
  connect(next) {
    return next;
  }
  start() {
    heard.push(this.frequency);
  }
  stop() {}
}

describe("the sounds of alerts", () => {
  Object.assign(globalThis, { AudioContext: FakeAudio, OscillatorNode: FakeNode, GainNode: FakeNode });
  afterEach(() => {
    heard = [];
    FakeAudio.allowed = false;
  });

  it("are said not to be heard before the page was tapped, and do not all come at once after it", async () => {
    const tones = new Tones();
    assert.deepEqual(await Promise.all([tones.canSound(), tones.ring("critical"), tones.ring("warning")]), [false, false, false]);
    FakeAudio.allowed = true;
    assert.equal(await tones.canSound(), true);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.deepEqual(heard, [], "what was missed is over");
    assert.equal(await tones.ring("warning"), true);
    assert.deepEqual(heard, [660]);
  });
});
