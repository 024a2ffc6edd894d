import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readMoov, shownUntil } from "../../client/capture/edit-list.js";
import { kindOf } from "../../client/capture/file-kind.js";
import { endedEarlyText, shortfallText, skippedText } from "../../client/capture/incomplete.js";
import { isWhole, lengthBytes } from "../../client/capture/nal-units.js";
import { mayBeInterlaced } from "../../client/capture/sps.js";
import { Refusals } from "../../client/studio/refusals.js";

/** @param {string} type @param {...(number[] | Uint8Array)} parts @returns {Uint8Array} */
function box(type, ...parts) {
  const content = parts.flatMap((part) => [...part]);
  return new Uint8Array([...word(content.length + 8), ...[...type].map((letter) => letter.charCodeAt(0)), ...content]);
}

/** @param {number} value */
function word(value) {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** Version 0: two times and what comes behind them. @param {string} type @param {number} value */
function timed(type, value) {
  return box(type, word(0), word(0), word(0), word(value), word(0), word(0));
}

/** @param {number} id @param {[number, number][]} edits duration and media time */
function trak(id, edits) {
  const list = box("elst", word(0), word(edits.length), ...edits.flatMap(([duration, time]) => [word(duration), word(time), word(0x10000)]));
  return box("trak", timed("tkhd", id), box("edts", list));
}

/** @param {...Uint8Array} tracks */
function moov(...tracks) {
  return [timed("mvhd", 1000), ...tracks].flatMap((part) => [...part]);
}

/** @param {number[]} content */
function view(content) {
  return new DataView(new Uint8Array(content).buffer);
}

describe("an edit list", () => {
  it("says when the shown part of its track ends", () => {
    const content = view(moov(trak(1, [[9000, 0]]), trak(2, [[2000, 49152]])));
    assert.equal(shownUntil(content, 2), 2);
    assert.equal(shownUntil(content, 1), 9);
  });
  it("may begin with nothing, which counts", () => {
    assert.equal(shownUntil(view(moov(trak(1, [[500, -1], [2000, 0]]))), 1), 2.5);
  });
  it("without a duration, or of several parts, does not say", () => {
    assert.equal(shownUntil(view(moov(trak(1, [[0, 512]]))), 1), Infinity);
    assert.equal(shownUntil(view(moov(trak(1, [[1000, 0], [1000, 5000]]))), 1), Infinity);
  });
  it("is not there for another track, and rubbish has none", () => {
    assert.equal(shownUntil(view(moov(trak(1, [[2000, 0]]))), 7), null);
    assert.equal(shownUntil(view([1, 2, 3]), 1), null);
    assert.equal(shownUntil(view(new Array(400).fill(0)), 1), null);
  });
  it("is found behind other boxes of the file", async () => {
    const content = moov(trak(1, [[2000, 512]]));
    const file = new Blob([box("ftyp", word(0)), box("mdat", new Array(5000).fill(7)), box("moov", content)].map((part) => new Uint8Array(part)));
    const found = await readMoov(file);
    assert.equal(found && shownUntil(found, 1), 2);
    assert.equal(await readMoov(new Blob([new Uint8Array(64)])), null);
    assert.equal(await readMoov(new Blob([])), null);
  });
});

describe("a packet", () => {
  const whole = new Uint8Array([0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41]);
  it("is whole where its lengths add up", () => {
    assert.ok(isWhole(whole, 4));
    assert.ok(isWhole(new Uint8Array([0, 2, 0x65, 1]), 2));
  });
  it("of zeros, cut off, or with a bit that is never set is not", () => {
    assert.ok(!isWhole(new Uint8Array(40), 4));
    assert.ok(!isWhole(whole.subarray(0, 10), 4));
    assert.ok(!isWhole(new Uint8Array([0, 0, 0, 2, 0xe5, 1]), 4));
    assert.ok(!isWhole(new Uint8Array(0), 4));
  });
  it("has lengths in H.264 and H.265 alone, and only with a description", () => {
    assert.equal(lengthBytes("avc", new Uint8Array([1, 100, 0, 30, 255])), 4);
    assert.equal(lengthBytes("avc", new Uint8Array([1, 100, 0, 30, 253])), 2);
    assert.equal(lengthBytes("hevc", new Uint8Array(22)), 1);
    assert.equal(lengthBytes("avc", null), null);
    assert.equal(lengthBytes("vp9", new Uint8Array(30)), null);
  });
});

/** The record that describes a track, as `extradata` of FFmpeg has it. @param {string} hex */
function record(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

describe("a track that may be interlaced", () => {
  // Encoded by x264: 768×576, profile High, without and with fields.
  const PROGRESSIVE = "0164001fffe100186764001facd940c0126840000003004000190003c60c658001000668ebe3cb22c0fdf8f800";
  const INTERLACED = "0164001fffe100176764001facd940c024d08000000300800032000f8b16cb01000668fba3cb22c0fdf8f800";
  it("says so", () => {
    assert.equal(mayBeInterlaced("avc", record(INTERLACED)), true);
    assert.equal(mayBeInterlaced("avc", record(PROGRESSIVE)), false);
  });
  it("is not known without a description, cut off, or with another codec", () => {
    assert.equal(mayBeInterlaced("avc", null), false);
    assert.equal(mayBeInterlaced("avc", record(INTERLACED.slice(0, 20))), false);
    assert.equal(mayBeInterlaced("hevc", record(INTERLACED)), false);
  });
});

describe("what is said of a file", () => {
  it("that ended early or is damaged has its figures", () => {
    assert.equal(shortfallText({ read: 58, expected: 120, early: true }), "The file ended early: 58 of about 120 frames.");
    assert.equal(shortfallText({ read: 115, expected: 120, early: false }), "The file is damaged: 115 of about 120 frames could be read.");
    assert.equal(endedEarlyText(61_000, 300_000), "The file ended early: 1:01 of about 5:00.");
  });
  it("never says that nothing was skipped", () => {
    assert.equal(skippedText(300), "The file is damaged: 1 s of it was skipped.");
    assert.equal(skippedText(4200), "The file is damaged: 4 s of it was skipped.");
  });
  it("has its kind from its first bytes", () => {
    const bytes = (/** @type {string} */ text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    assert.equal(kindOf(bytes("RIFF\x10\x00\x00\x00AVI LIST")), "AVI");
    assert.equal(kindOf(bytes("\x00\x00\x00\x20ftypisom")), "MP4");
    assert.equal(kindOf(bytes("hello")), "");
    assert.equal(kindOf(new Uint8Array(0)), "");
  });
});

describe("frames that were not counted", () => {
  it("are summed up with the reason", () => {
    const refusals = new Refusals();
    assert.equal(refusals.text, "");
    refusals.add("t is ahead of the clock.");
    assert.equal(refusals.text, "1 frame could not be counted. t is ahead of the clock.");
    refusals.add("t is ahead of the clock.");
    assert.equal(refusals.text, "2 frames could not be counted. t is ahead of the clock.");
    refusals.clear();
    assert.equal(refusals.text, "");
  });
});
