import assert from "node:assert/strict";
import { describe, it } from "node:test";

Object.assign(globalThis, {
  crowdcountWords: {
    plural: (/** @type {number} */ n) => (n === 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2),
    texts: {
      "Draw a zone": "Zone zeichnen",
      "{n} zone": ["{n} strefa", "{n} strefy", "{n} stref"],
      "“{name}” is full.": "„{name}“ ist voll.",
      "You have {n} streams open.": "Es sind {n} Übertragungen offen.",
      "You have {n} {what} open.": "Offen: {n} {what}",
    },
  },
});
const { t, tell, tn } = await import("../../client/ui/words.js");

describe("a text", () => {
  it("is translated, or stays English", () => {
    assert.equal(t("Draw a zone"), "Zone zeichnen");
    assert.equal(t("Draw a line"), "Draw a line");
  });
  it("has its values put in, once", () => {
    assert.equal(t("“{name}” is full.", { name: "{n} $1" }), "„{n} $1“ ist voll.");
    assert.equal(t("{n} of {m}", { n: 3 }), "3 of {m}");
  });
  it("is never taken for one of what every object has", () => assert.equal(t("constructor"), "constructor"));
});

describe("a number of things", () => {
  for (const [n, expected] of /** @type {const} */ ([[1, "1 strefa"], [3, "3 strefy"], [7, "7 stref"]])) {
    it(`takes the form of its language: ${expected}`, () => assert.equal(tn("{n} zone", "{n} zones", n), expected));
  }
  it("has two forms in English, and its number is written as people write it", () => {
    assert.equal(tn("{n} person in {place}", "{n} people in {place}", 1, { place: "A" }), "1 person in A");
    assert.match(tn("{n} person", "{n} people", 12345), /^12.?345 people$/);
  });
});

describe("a sentence of the server", () => {
  for (const [said, expected] of /** @type {const} */ ([
    ["Draw a zone", "Zone zeichnen"],
    ["You have 4 streams open.", "Es sind 4 Übertragungen offen."],
    ["You have 4 doors open.", "Offen: 4 doors"],
    ["You have (4) streams open?", "You have (4) streams open?"],
    ["Something else", "Something else"],
  ])) {
    it(`“${said}”`, () => assert.equal(tell(said), expected));
  }
});
