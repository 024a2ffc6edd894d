import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";

import { Pass } from "../../client/join/guest-token.js";
import { problemOfPlace } from "../../client/capture/problem.js";
import { dataText, obstacleText, welcome } from "../../client/join/words.js";
import { Pipeline } from "../../client/live/pipeline.js";
import { reachNote } from "../../client/ui/invite-card.js";
import { companyText } from "../../client/studio/presence.js";

const LIMITS = { max_bytes: 900000, max_pixels: 8300000, max_side: 960, in_flight: 2, max_fps: 30, streams_per_user: 4, resume_ms: 60000 };

/** @param {any[]} answers of the server, one for each request; a number is a status without success */
function answering(answers) {
  /** @type {{path: string, body: any}[]} */
  const asked = [];
  mock.method(globalThis, "fetch", async (/** @type {string} */ path, /** @type {RequestInit} */ { body }) => {
    asked.push({ path, body: body ? JSON.parse(String(body)) : null });
    const answer = answers.shift();
    const failed = typeof answer === "number";
    const content = failed ? { error: { code: "INVITE_NOT_FOUND", message: "It does not hold any more." } } : answer;
    return new Response(JSON.stringify(content), { status: failed ? answer : 201, headers: { "content-type": "application/json" } });
  });
  return asked;
}

/** @param {Pass} pass @returns {Promise<Record<string, unknown>>} */
function credentials(pass) {
  return new Promise((resolve) => pass.credentials(resolve));
}

describe("the pass of a device", () => {
  afterEach(() => mock.restoreAll());
  const guest = (/** @type {string} */ token, /** @type {number} */ expires_in) => ({ camera: { id: "cam_1", name: "Gate" }, token, expires_in });

  it("gives its token to each connection while it holds", async () => {
    const asked = answering([guest("one", 3600)]);
    const pass = new Pass("a/b", () => assert.fail("not refused"));
    await pass.enter("Gate");
    assert.deepEqual(await credentials(pass), { camera_token: "one" });
    assert.deepEqual(await credentials(pass), { camera_token: "one" });
    assert.deepEqual(asked, [{ path: "/api/join/a%2Fb", body: { name: "Gate" } }], "the code is part of a path, whatever it has in it");
  });

  it("asks for another one before the old is over, by the same name", async () => {
    const asked = answering([guest("one", 30), guest("two", 3600)]);
    const pass = new Pass("code", () => assert.fail("not refused"));
    await pass.enter("Gate");
    assert.deepEqual(await credentials(pass), { camera_token: "two" });
    assert.equal(asked[1].body.name, "Gate");
  });

  it("says that the invitation is over, and lets the server refuse", async () => {
    answering([guest("one", 30), 404]);
    /** @type {any[]} */
    const refused = [];
    const pass = new Pass("code", (error) => refused.push(error));
    await pass.enter("");
    assert.deepEqual(await credentials(pass), { camera_token: "one" });
    assert.equal(refused[0].status, 404);
  });
});

describe("what the joining page says", () => {
  for (const [bytes, text] of /** @type {const} */ ([
    [900, "0.9 kB"],
    [52_000, "52.0 kB"],
    [3_400_000, "3.4 MB"],
    [2_150_000_000, "2.2 GB"],
  ])) {
    it(`calls ${bytes} bytes ${text}`, () => assert.equal(dataText(bytes), text));
  }

  it("asks for the camera of those who are to be one, and of nobody else", () => {
    const room = { name: "Fair" };
    const words = /** @type {const} */ (["camera", "viewer", "operator"]).map((role) => welcome({ room, role, expires_at: "" }));
    assert.deepEqual(words.map(({ icon }) => icon), ["camera", "users", "users"]);
    assert.deepEqual(words.map(({ go }) => /camera/.test(go)), [true, false, false]);
    assert.ok(words.every(({ text }) => text.includes("Fair")));
  });
});

describe("a page that can have no camera", () => {
  for (const [secure, can, cannot] of /** @type {const} */ ([
    [false, "Open https://count.local", "localhost"],
    [true, "open the page in the browser itself", "video file"],
  ])) {
    it(`says what a phone can do when it is ${secure ? "" : "not "}secure`, () => {
      const found = problemOfPlace({ secure, hasCamera: false, agent: "", host: "count.local" });
      assert.ok(found);
      assert.ok(obstacleText(found).includes(can));
      assert.ok(!obstacleText(found).includes(cannot), "and nothing that helps elsewhere");
    });
  }
});

describe("the code for a phone", () => {
  for (const [url, warned] of /** @type {const} */ ([
    ["https://count.example.org/join/x", false],
    ["http://count.example.org/join/x", true],
    ["https://localhost:8443/join/x", true],
    ["http://127.0.0.1:8000/join/x", true],
    ["http://[::1]:8000/join/x", true],
  ])) {
    it(`${warned ? "warns of" : "is fine with"} ${url}`, () => assert.equal(reachNote(url) !== "", warned));
  }
});

describe("the others in the studio", () => {
  const ada = { user: "u1", name: "Ada", editing: null };
  const ben = { user: "u2", name: "Ben", editing: "cam_1" };
  it("are named when they draw here, else when they are here at all", () => {
    assert.match(companyText([ada, ben], "cam_1"), /^Ben /);
    assert.match(companyText([ada, ben], "cam_2"), /Ada, Ben$/);
    assert.equal(companyText([], "cam_1"), "");
  });
});

describe("bounds of the user", () => {
  const pipeline = () => {
    const made = new Pipeline(/** @type {any} */ ({ isOpen: true }), /** @type {any} */ (null), { shown: () => undefined, refused: () => undefined });
    return made;
  };
  const opened = { stream: "str_1", epoch: 1, resumed: false, next_seq: 1, model: "m", limits: LIMITS };

  it("hold from the beginning and from any moment on", () => {
    const before = pipeline();
    before.bound({ fps: 3, side: 640 });
    before.open(/** @type {any} */ (opened), 20);
    const later = pipeline();
    later.open(/** @type {any} */ (opened), 20);
    assert.equal(later.step?.side, 960);
    later.bound({ fps: 3, side: 640 });
    for (const { step } of [before, later]) assert.deepEqual([step?.fps, step?.side], [3, 640]);
    later.bound({ fps: Infinity, side: Infinity });
    assert.deepEqual([later.step?.fps, later.step?.side], [30, 960]);
  });
});
