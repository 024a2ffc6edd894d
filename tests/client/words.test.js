import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { freeName } from "../../client/cameras/names.js";
import { browserOf, deniedAdvice } from "../../client/capture/advice.js";
import { closedBy, problemOfCamera, problemOfPlace, refused, unplayable } from "../../client/capture/problem.js";
import { Announcer } from "../../client/core/announcer.js";
import { formatClock, formatDelay, formatSpan } from "../../client/core/format.js";
import { RateMeter, smooth } from "../../client/core/meter.js";
import { initialState } from "../../client/live/run-state.js";
import { ageText, statusText } from "../../client/studio/words.js";

const PLACE = { secure: true, hasCamera: true, agent: "", host: "count.example" };
const AGENTS = {
  ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
  android: "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
  chrome: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
};

describe("why there is no camera", () => {
  for (const [name, code, phase] of /** @type {const} */ ([
    ["NotAllowedError", "denied", "denied"],
    ["SecurityError", "denied", "denied"],
    ["NotFoundError", "no_camera", "error"],
    ["OverconstrainedError", "no_camera", "error"],
    ["NotReadableError", "camera_busy", "error"],
    ["AbortError", "camera_busy", "error"],
    ["SomethingNew", "camera_failed", "error"],
  ])) {
    it(`${name} is ${code}, with something to do`, () => {
      const problem = problemOfCamera({ name, message: "" }, PLACE);
      assert.deepEqual([problem.code, problem.phase], [code, phase]);
      assert.ok(problem.title && problem.text && problem.advice.length && problem.actions.length);
    });
  }

  it("an insecure page names the address that works", () => {
    const problem = problemOfPlace({ ...PLACE, secure: false, hasCamera: false });
    assert.equal(problem?.code, "insecure");
    assert.match(problem?.advice.join(" ") ?? "", /https:\/\/count\.example.*localhost/s);
    assert.ok(!problem?.actions.includes("retry"), "trying again cannot help");
  });

  it("a browser without cameras is told apart from that", () => {
    assert.equal(problemOfPlace({ ...PLACE, hasCamera: false })?.code, "unsupported");
    assert.equal(problemOfPlace(PLACE), null);
  });
});

describe("advice for a camera that was denied", () => {
  for (const [browser, agent] of Object.entries(AGENTS)) {
    it(`knows ${browser}`, () => {
      assert.equal(browserOf(agent), browser);
      assert.ok(deniedAdvice(agent, "Permission denied").length >= 1);
    });
  }

  it("says when it is the system that blocks", () => {
    assert.match(deniedAdvice(AGENTS.chrome, "Permission denied by system")[0], /system/);
    assert.doesNotMatch(deniedAdvice(AGENTS.chrome, "Permission denied")[0], /system/);
  });
});

describe("other problems", () => {
  it("a stream taken over can be taken back", () => {
    const problem = closedBy("replaced", "");
    assert.equal(problem.title, "Now streaming from another window");
    assert.equal(problem.actions[0], "here");
    assert.equal(problem.phase, "ended");
  });

  it("a file that cannot be played is named, with what can be done", () => {
    const problem = unplayable("gate.avi", { code: "unknown_format", what: "AVI" });
    assert.equal(problem.text, "gate.avi is in the AVI format, which this browser cannot read.");
    assert.equal(problem.unreadable?.code, "unknown_format");
    assert.match(problem.advice.join(" "), /ffmpeg/);
  });

  it("the server's own sentence is shown", () => {
    assert.equal(refused({ code: "TOO_MANY_STREAMS", message: "You have 4 streams open." }).text, "You have 4 streams open.");
  });

  it("without a model says what to do", () => {
    const { advice } = refused({ code: "UNKNOWN_MODEL", message: "There is no prepared model named yolo26n." });
    assert.match(advice.join(" "), /Settings.*models pull/);
  });
});

describe("the status", () => {
  const state = { ...initialState(), phase: /** @type {import("../../client/live/run-state.js").Phase} */ ("live") };
  const rates = { ...state.rates, fps: 4.2, wanted: 30 };

  for (const [name, change, expected] of /** @type {const} */ ([
    ["live", {}, "Live"],
    ["full", { phase: "full", rates }, "Machine full: 4 of 10 frames/s"],
    ["slow", { phase: "slow", rates }, "Slow network: 4 frames/s"],
    ["reconnecting", { phase: "reconnecting" }, "Connection lost, trying again"],
    ["paused", { paused: true, source: "file" }, "Paused"],
    ["every frame", { mode: "every" }, "Counting every frame"],
    ["waiting", { waiting: true }, "Waiting for the server"],
    ["a silent camera", { silent: true, source: "camera" }, "The camera delivers no pictures"],
    ["a camera that is silent from the start", { silent: true, source: "camera", phase: "connecting" }, "The camera delivers no pictures"],
    ["a silent file", { silent: true, source: "file", mode: "every" }, "This part of the file has no pictures"],
    ["denied", { phase: "denied" }, "Camera not allowed"],
  ])) {
    it(`of ${name}`, () => assert.equal(statusText({ ...state, ...change }), expected));
  }

  const figures = { count: 3, low: null, high: null, saturated: false, known: true, crowd: null, crowdPeak: null, full: false, peak: 4, unique: 5, at: 1000, t: 500 };
  for (const [name, change, expected] of /** @type {const} */ ([
    ["are plain while live", {}, null],
    ["carry their age while reconnecting", { phase: "reconnecting" }, "Figures from 8 s ago"],
    ["carry their age while the server is silent", { waiting: true }, "Figures from 8 s ago"],
    ["carry their age while the device that streams is silent", { phase: "watching", waiting: true }, "Figures from 8 s ago"],
    ["are not shown as current after the end", { phase: "ended" }, "Last figures before the end"],
    ["have no age while there are none", { phase: "reconnecting", figures: null }, null],
  ])) {
    it(`figures ${name}`, () => assert.equal(ageText({ ...state, figures, ...change }, 9000), expected));
  }
});

describe("what a screen reader hears", () => {
  it("is a change, at most every five seconds, in whole words", () => {
    const announcer = new Announcer();
    /** @type {[number, number, string | null][]} */
    const steps = [
      [0, 1, "1 person now, 1 so far"],
      [1000, 2, null],
      [4999, 3, null],
      [5000, 3, "3 people now, 3 so far"],
      [20000, 3, null],
      [20001, 0, "0 people now, 3 so far"],
    ];
    for (const [now, count, expected] of steps) assert.equal(announcer.say(now, { state: "counted", value: count, low: null, high: null }, Math.max(count, now > 20000 ? 3 : 0)), expected);
  });
});

describe("what a screen reader hears of a crowd", () => {
  for (const [people, expected] of /** @type {const} */ ([
    [{ state: "estimated", value: 470, low: 380, high: 560 }, "About 470 people, 380 to 560, estimated"],
    [{ state: "least", value: 12, low: 12, high: null }, "At least 12 people; how many is not known"],
    [{ state: "unknown", value: null, low: null, high: null }, "How many people there are is not yet known"],
  ])) {
    it(expected, () => assert.equal(new Announcer().say(0, people, 3), expected));
  }

  it("is said anew when a number is known in another way", () => {
    const announcer = new Announcer();
    announcer.say(0, { state: "counted", value: 12, low: 11, high: 14 }, 3);
    assert.match(String(announcer.say(6000, { state: "least", value: 12, low: 12, high: null }, 3)), /At least/);
  });
});

describe("numbers and times", () => {
  for (const [ms, expected] of /** @type {const} */ ([[0, "0:00"], [65000, "1:05"], [3725000, "1:02:05"], [-5, "0:00"]])) {
    it(`${ms} ms is at ${expected}`, () => assert.equal(formatClock(ms), expected));
  }
  for (const [ms, expected] of /** @type {const} */ ([[8000, "8 s"], [90000, "2 min"], [7200000, "2 h"], [86400000, "1 day"], [259200000, "3 days"]])) {
    it(`${ms} ms lasts ${expected}`, () => assert.equal(formatSpan(ms), expected));
  }
  it("a delay is in milliseconds, then in seconds", () => {
    assert.equal(formatDelay(250), "250 ms");
    assert.match(formatDelay(1500), /^1[.,]5 s$/);
  });

  it("a rate is right while its window fills, and falls to nothing in silence", () => {
    const meter = new RateMeter(3000);
    for (let now = 0; now <= 1000; now += 100) meter.tick(now);
    assert.ok(Math.abs(meter.rate(1000) - 10) < 0.01);
    assert.equal(meter.rate(9000), 0);
  });

  it("the first value counts in full", () => {
    assert.equal(smooth(null, 40), 40);
    assert.equal(smooth(40, 90, 0.5), 65);
  });
});

describe("names for new cameras", () => {
  for (const [taken, expected] of /** @type {const} */ ([
    [[], "Camera 1"],
    [["Camera 1", "camera 2"], "Camera 3"],
    [["Camera 2"], "Camera 1"],
    [["North gate"], "Camera 1"],
  ])) {
    it(`${taken.join(", ") || "none"} → ${expected}`, () => assert.equal(freeName("Camera", taken), expected));
  }
});
