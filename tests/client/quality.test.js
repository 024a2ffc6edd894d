import assert from "node:assert/strict";
import { it } from "node:test";

import { labelOf, noteOf } from "../../client/studio/view-quality.js";

it("says the price before it is chosen, and none that was not measured", () => {
  assert.equal(labelOf({ name: "accurate", input: 960, ms: 75, price: 2.41 }), "Accurate: up to 2.4 × the work");
  assert.equal(labelOf({ name: "balanced", input: 640, ms: 31, price: 1 }), "Balanced");
  assert.equal(labelOf({ name: "fast", input: 416, ms: null, price: null }), "Fast");
  assert.match(noteOf({ name: "accurate", input: 960, ms: 80, price: 2.5 }), /up to 12\.5 such frames a second/);
  assert.doesNotMatch(noteOf({ name: "accurate", input: 960, ms: null, price: null }), /second/);
});
