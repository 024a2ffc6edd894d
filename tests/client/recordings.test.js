import assert from "node:assert/strict";
import { test } from "node:test";

import { completeText, crossedText, dateText, differenceText, figureText, progressText, sentText, shareOf, sizeText, whyText } from "../../client/recordings/words.js";

const RUN = {
  id: "run_1",
  camera: "cam_1",
  model: "yolo26n",
  quality: /** @type {const} */ ("balanced"),
  plan_version: 0,
  recorded_at: null,
  state: /** @type {const} */ ("counting"),
  why: null,
  complete: null,
  frames_expected: 1000,
  frames_read: 250,
  frames_refused: 0,
  left_s: 90,
  duration_ms: 10_000,
  people: null,
  peak: null,
  crowd_peak: null,
  entries: null,
  exits: null,
  queued_at: "2026-05-01T08:00:00Z",
  begun_at: null,
  ended_at: null,
};

test("how far a run is, and how long it takes, only where that is known", () => {
  assert.equal(progressText(RUN), "250 of 1,000 frames (25%), 2 min left");
  assert.equal(progressText({ ...RUN, left_s: null }), "250 of 1,000 frames (25%)");
  assert.equal(progressText({ ...RUN, frames_expected: null, left_s: null }), "250 frames");
  assert.equal(shareOf({ ...RUN, frames_expected: null }), null);
  assert.equal(shareOf({ ...RUN, frames_read: 1001 }), 1, "files say less than they have");
});

test("what is not known is no zero", () => {
  assert.equal(figureText(null), "Unknown");
  assert.equal(figureText(0), "0");
  assert.equal(crossedText(RUN, "entries"), "No line");
  assert.equal(crossedText({ ...RUN, plan_version: 2 }, "entries"), "Unknown");
  assert.equal(crossedText({ ...RUN, plan_version: 2, exits: 0 }, "exits"), "0");
  assert.equal(differenceText(null, 3), "Unknown");
  assert.equal(differenceText(5, 3), "−2");
  assert.equal(differenceText(3, 5), "+2");
});

test("whether everything was counted", () => {
  const done = { ...RUN, state: /** @type {const} */ ("done"), frames_read: 250 };
  assert.equal(completeText({ ...done, complete: true }), "250 frames, 0:10, all of the file");
  assert.equal(completeText({ ...done, complete: null }), "250 frames, 0:10");
  assert.match(completeText({ ...done, complete: false, why: "CUT_SHORT" }), /^250 frames, 0:10\. The file ends early/);
  assert.match(whyText("BRAND_NEW"), /BRAND_NEW/);
});

test("sizes, what was sent, and who dated the film", () => {
  assert.deepEqual([999, 1_000_000, 2_500_000_000].map(sizeText), ["1 kB", "1 MB", "2.5 GB"]);
  assert.equal(sentText(8e6, 20e6, null), "8 MB of 20 MB");
  assert.equal(sentText(8e6, 20e6, 5000), "8 MB of 20 MB, 5 s left");
  const recording = { id: "rec_1", name: "a", size: 1, camera: null, recorded_from: null, created_at: "", file: null, runs: [] };
  assert.equal(dateText({ ...recording, recorded_at: null }), "Recording time unknown");
  assert.match(dateText({ ...recording, recorded_at: "2026-05-01T08:00:00Z", recorded_from: "file" }), /^File date /);
  assert.match(dateText({ ...recording, recorded_at: "2026-05-01T08:00:00Z", recorded_from: "container" }), /^Recorded /);
});
