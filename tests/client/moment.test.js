import assert from "node:assert/strict";
import { test } from "node:test";

import { describeDay, describeMoment } from "../../client/account/moment.js";

const NOW = Date.parse("2026-11-22T21:00:00Z");

/** @type {Array<[string, string]>} */
const CASES = [
  ["2026-11-22T20:59:30Z", "now"],
  ["2026-11-22T21:00:05Z", "now"],
  ["2026-11-22T20:59:00Z", "1 minute ago"],
  ["2026-11-22T20:15:30Z", "44 minutes ago"],
  ["2026-11-22T18:30:00Z", "2 hours ago"],
  ["2026-11-21T20:59:00Z", "Nov 21, 2026, 8:59 PM"],
];

for (const [iso, words] of CASES) {
  test(`${iso} is ${words}`, () => {
    assert.equal(describeMoment(iso, NOW, "en-US", "UTC").short.replaceAll("\u202f", " "), words);
  });
}

test("the full form has the date, the seconds and the time zone", () => {
  const { full } = describeMoment("2026-11-22T20:59:30Z", NOW, "en-US", "Europe/Zurich");
  assert.match(full, /November 22, 2026.*9:59:30.*GMT\+1/);
});

test("the language is the reader's", () => {
  assert.equal(describeMoment("2026-11-22T20:15:30Z", NOW, "de", "UTC").short, "vor 44 Minuten");
});

test("a day is a date, however near", () => {
  assert.equal(describeDay("2026-11-22T23:30:00Z", "en", "UTC"), "November 22, 2026");
  assert.equal(describeDay("2026-11-22T23:30:00Z", "de", "Europe/Berlin"), "23. November 2026");
});
