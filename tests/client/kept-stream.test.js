import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { dropStream, keepStream, keptStream, timeAfter } from "../../client/live/kept-stream.js";

/** @type {Map<string, string>} */
const stored = new Map();
const KEPT = { camera: "cam_1", stream: "str_1", t: 5000, at: 1_000_000 };

describe("a stream whose page was thrown away", () => {
  Object.assign(globalThis, {
    sessionStorage: {
      getItem: (/** @type {string} */ key) => stored.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => void stored.set(key, value),
      removeItem: (/** @type {string} */ key) => void stored.delete(key),
    },
  });
  afterEach(() => stored.clear());

  it("is found again by its camera, after a while", () => {
    assert.equal(keptStream("cam_1", KEPT.at + 9000), null, "nothing was kept");
    keepStream(KEPT);
    assert.deepEqual(keptStream("cam_1", KEPT.at + 9000), KEPT);
    assert.equal(keptStream("cam_2", KEPT.at + 9000), null, "another camera, another stream");
    assert.equal(keptStream("cam_1", KEPT.at + 1000), null, "the page beside this one goes on with it");
    dropStream();
    assert.equal(keptStream("cam_1", KEPT.at + 9000), null);
  });

  it("is a new one where what was kept cannot be read", () => {
    stored.set("crowdcount.stream", "{");
    assert.equal(keptStream("cam_1", KEPT.at + 9000), null);
  });

  it("goes on in time, and never backwards", () => {
    assert.equal(timeAfter(KEPT, KEPT.at + 9000), 14000);
    assert.equal(timeAfter(KEPT, KEPT.at - 60000), 8000, "the clock was set back");
  });
});
