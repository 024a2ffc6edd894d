import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { courseText } from "../../client/wall/alert-row.js";
import { numberText, wordText } from "../../client/core/number-words.js";
import { picturesFor } from "../../client/wall/choices.js";
import { Feed } from "../../client/live/feed.js";
import { holds } from "../../client/wall/invites-form.js";
import { merged } from "../../client/wall/log-pages.js";
import { ageOf, emptyWall, entered, lifeOf, lost, updated, withAlert, withRoom, withoutOld } from "../../client/wall/state.js";
import { tilePeople, zonePeople } from "../../client/wall/number.js";
import { doubts, eyeOf, lookOf, sumText, sumWords } from "../../client/wall/sum.js";
import { lifeText, trendShort } from "../../client/wall/words.js";
import { byHand, byUrgency, isTaken, moved } from "../../client/wall/urgency.js";

/** @param {string} id @param {string} [name] */
function camera(id, name = id) {
  return { id, name, owner: { name: "ada" }, mine: true, guest: false };
}

/** @param {Partial<import("../../client/wall/types.js").CameraNow>} [change] @returns {import("../../client/wall/types.js").CameraNow} */
function now(change) {
  return { age_ms: 0, count: 1, count_low: 1, count_high: 1, known: true, saturated: false, crowd: null, peak: 1, unique: 1, level: "clear", zones: [], people: [], delay_ms: 90, fps: 8, state: "live", ...change };
}

/** @param {Partial<import("../../client/wall/types.js").RoomAlert>} [change] @returns {import("../../client/wall/types.js").RoomAlert} */
function alert(change) {
  return {
    id: "alr_1",
    zone: { id: "z", name: "Gate" },
    camera: { id: "a", name: "A" },
    area: null,
    figure: "people",
    level: "critical",
    began_at: "2026-01-01T10:00:00Z",
    ended_at: null,
    interrupted: false,
    peak: 9,
    acknowledged_at: null,
    acknowledged_by: null,
    claimed_by: null,
    claimed_at: null,
    note: "",
    ...change,
  };
}

/** @type {import("../../client/wall/types.js").Room} */
const ROOM = { id: "rom_1", name: "Fair", role: "operator", cameras: [camera("a"), camera("b")], members: [], areas: [] };

/** @type {import("../../client/wall/types.js").Total} */
const TOTAL = { people: 1, low: 1, high: 1, estimated: false, state: "clear", stale: 0, unknown_cameras: [], stale_cameras: [], missing_cameras: [] };
const CROWD = { estimate: 470, low: 380, high: 560, method: /** @type {const} */ ("mixed") };

/** @param {Record<string, Partial<import("../../client/wall/types.js").CameraNow>>} cameras @param {number} at */
function seen(cameras, at = 0) {
  return new Map(Object.entries(cameras).map(([id, change]) => [id, { ...now(change), at }]));
}

describe("the order by urgency", () => {
  const cameras = ["calm", "critical", "warning", "silent", "off", "taken"].map((id) => camera(id));
  const states = seen({ calm: {}, critical: { level: "critical" }, warning: { level: "warning" }, silent: { state: "silent" }, off: { state: "offline", level: "critical" }, taken: { level: "critical" } });
  const alerts = [alert({ id: "1", camera: { id: "taken", name: "" }, claimed_by: "ben" })];

  it("has what nobody looks after first, and what nobody streams last", () => {
    assert.deepEqual(byUrgency(cameras, states, alerts, 0), ["critical", "taken", "warning", "silent", "calm", "off"]);
  });

  it("has what cannot be counted before what is silent, and behind every alert", () => {
    const more = new Map([...states, ...seen({ full: { saturated: true }, crowd: { saturated: true, crowd: CROWD } })]);
    const found = byUrgency([...cameras, camera("full"), camera("crowd")], more, alerts, 0);
    assert.deepEqual(found, ["critical", "taken", "warning", "full", "silent", "calm", "crowd", "off"]);
  });

  it("does not move for numbers that mean the same", () => {
    const before = byUrgency(cameras, states, alerts, 0);
    const fuller = new Map([...states].map(([id, one]) => [id, { ...one, count: one.count + id.length, fps: 1 }]));
    assert.deepEqual(byUrgency([...cameras].reverse(), fuller, alerts, 100), before);
  });

  it("sorts equals by name as people do", () => {
    const gates = ["Gate 10", "Gate 9", "Gate 1"].map((name) => camera(name, name));
    assert.deepEqual(byUrgency(gates, seen({ "Gate 10": {}, "Gate 9": {}, "Gate 1": {} }), [], 0), ["Gate 1", "Gate 9", "Gate 10"]);
  });

  it("counts an alert as taken when somebody has every one of the camera", () => {
    assert.equal(isTaken("a", [alert({ claimed_by: "ben" }), alert({ id: "alr_2" })]), false);
    assert.equal(isTaken("a", [alert({ claimed_by: "ben" }), alert({ id: "alr_2", acknowledged_at: "x" })]), true);
    assert.equal(isTaken("a", []), false);
    assert.equal(isTaken("a", [alert({ claimed_by: "ben" }), alert({ id: "alr_2", ended_at: "x" })]), true, "what is over calls nobody");
  });
});

describe("the order by hand", () => {
  it("keeps what was chosen, puts new ones last and forgets those that left", () => {
    assert.deepEqual(byHand([camera("a"), camera("b"), camera("c")], ["c", "gone", "a"]), ["c", "a", "b"]);
  });

  for (const [id, step, expected] of /** @type {const} */ ([
    ["b", -1, ["b", "a", "c"]],
    ["b", 1, ["a", "c", "b"]],
    ["a", -1, ["a", "b", "c"]],
    ["c", 1, ["a", "b", "c"]],
    ["x", 1, ["a", "b", "c"]],
  ])) {
    it(`moves ${id} by ${step}`, () => assert.deepEqual(moved(["a", "b", "c"], id, step), expected));
  }
});

describe("the course of an alert", () => {
  const ended_at = "2026-01-01T10:02:00Z";
  it("that was seen to end is over", () => assert.match(courseText(alert({ ended_at })), /over after/));
  it("that was not watched any more is not said to be over", () => assert.match(courseText(alert({ ended_at, interrupted: true })), /not watched any more after/));
  it("is active", () => assert.match(courseText(alert()), /active/));
});

describe("a sum", () => {
  const old = { ...TOTAL, state: /** @type {const} */ ("unknown"), stale_cameras: ["a"] };
  const least = { ...TOTAL, people: 14, low: 12, high: null, state: /** @type {const} */ ("unknown"), unknown_cameras: ["a"] };
  /** @typedef {import("../../client/wall/types.js").Total} Total */
  for (const [name, sum, look, number, words] of /** @type {[string, Total, string, string, string][]} */ ([
    ["is a count", TOTAL, "counted", "1", ""],
    ["is an estimate with its range", { ...TOTAL, people: 470, low: 380, high: 560, estimated: true }, "estimated", "≈\u00a0470", "380–560, estimated"],
    ["is old where all of it is known to have been right", old, "stale", "1", ""],
    ["is at least so many where a camera is not known", least, "unknown", "≥\u00a012", "Unknown: at least 12"],
    ["is at least so many where a camera is missing", { ...TOTAL, state: "unknown", missing_cameras: ["a"] }, "unknown", "≥\u00a01", "Unknown: at least 1"],
    ["is not known before anybody was seen", { ...least, people: 0, low: 0 }, "unknown", "–", "Unknown"],
    ["of no camera is not known, whatever it adds up to", { ...TOTAL, people: 0, low: 0, high: null, state: "unknown" }, "unknown", "–", "Unknown"],
    ["that is old and not known is not known", { ...least, stale_cameras: ["b"] }, "unknown", "≥\u00a012", "Unknown: at least 12"],
  ])) {
    it(name, () => assert.deepEqual([lookOf(sum), sumText(sum), sumWords(sum)], [look, number, words]));
  }
  it("that has not come yet is not known", () => assert.deepEqual([lookOf(null), sumText(null)], ["unknown", "–"]));

  it("names what is silent, also where nobody was seen there, and what is missing", () => {
    assert.deepEqual(doubts(TOTAL, () => "off"), []);
    const found = doubts({ unknown_cameras: [], stale_cameras: ["a"], missing_cameras: ["b", "c"] }, () => "off");
    assert.deepEqual(found, ["1 camera is silent: its part is old", "2 cameras do not stream: their part is missing"]);
  });
  it("does not say of a camera that streams, and lacks a zone, that it does not", () => {
    const found = doubts({ unknown_cameras: [], stale_cameras: [], missing_cameras: ["a", "b"] }, (camera) => (camera === "a" ? "live" : "off"));
    assert.deepEqual(found, ["1 camera does not stream: its part is missing", "1 camera lacks a zone that counts here: its part is missing"]);
  });
  it("tells too many people from none yet, and calls nothing old that never was", () => {
    const found = doubts({ unknown_cameras: ["full", "new"], stale_cameras: ["new", "full"], missing_cameras: [] }, (camera) => (camera === "full" ? "saturated" : "unseen"));
    assert.deepEqual(found, ["1 camera sees too many people to count", "1 camera has not counted yet", "1 camera is silent: its part is old"]);
  });
  it("knows why a camera's part is not in it", () => {
    const all = seen({ a: {}, off: { state: "offline" }, new: { age_ms: null }, full: { saturated: true }, crowd: { saturated: true, crowd: CROWD }, first: { known: false } });
    assert.deepEqual(["a", "off", "new", "full", "crowd", "first", "gone"].map((id) => eyeOf(all.get(id))), ["live", "off", "unseen", "saturated", "live", "unseen", "off"]);
  });
});

describe("the number of a tile", () => {
  for (const [name, change, number, words] of /** @type {const} */ ([
    ["is a count", { count: 3 }, "3", "people"],
    ["is an estimate", { count: 12, saturated: true, crowd: CROWD, count_low: 380, count_high: 560 }, "≈\u00a0470", "380–560, estimated"],
    ["is a lower bound", { count: 9, saturated: true, count_low: 12, count_high: null }, "≥\u00a012", "Unknown: at least 12"],
    ["is not known where nobody was found in what is full", { count: 0, saturated: true, count_low: 0, count_high: null }, "–", "Unknown"],
    ["is not 0 in the first frame", { count: 0, known: false, count_low: 0, count_high: 3 }, "–", "Unknown"],
    ["is none before the first frame", { age_ms: null }, "–", ""],
  ])) {
    it(name, () => {
      const people = tilePeople(seen({ a: change }).get("a"));
      assert.deepEqual([numberText(people), wordText(people)], [number, words]);
    });
  }
  it("is that of a zone, too", () => {
    const zone = { id: "z", name: "Gate", occupancy: 3, level: /** @type {const} */ ("clear") };
    const numbers = [
      zonePeople({ ...zone, known: true, crowd: null, state: "clear" }),
      zonePeople({ ...zone, known: true, crowd: CROWD, state: "clear" }),
      zonePeople({ ...zone, known: false, crowd: null, state: "unknown" }),
      zonePeople({ ...zone, occupancy: 0, known: false, crowd: null, state: "unknown" }),
    ].map(numberText);
    assert.deepEqual(numbers, ["3", "≈\u00a0470", "≥\u00a03", "–"]);
  });
});

describe("the state of the wall", () => {
  const start = entered(emptyWall(), ROOM, { cameras: { a: now({ age_ms: 500 }) }, areas: [], total: TOTAL, people: [], alerts: [] }, 1000);

  it("keeps the cameras that an update does not name", () => {
    const next = updated(start, { room: "rom_1", seq: 2, cameras: { b: now({ count: 7 }) } }, 2000);
    assert.equal(next.seen.get("a")?.count, 1);
    assert.equal(next.seen.get("b")?.count, 7);
    assert.deepEqual(next.total, TOTAL, "totals stay until new ones come");
    assert.equal(start.seen.size, 1, "the value before is left alone");
  });

  it("has a picture grow older on this clock, and fall silent", () => {
    const one = start.seen.get("a");
    assert.ok(one);
    assert.equal(ageOf(one, 3000), 2500);
    assert.equal(lifeOf(one, 3000), "live");
    assert.equal(lifeOf(one, 10600), "silent");
    assert.equal(lifeOf(undefined, 0), "offline");
  });

  it("remembers when the connection went, not when it last failed", () => {
    assert.equal(lost(lost(start, 5000), 9000).lostAt, 5000);
  });

  const ENDED = "2026-01-01T11:00:00Z";

  it("replaces an alert that changed, and never forgets who took it", () => {
    const taken = withAlert(withAlert(start, alert({ level: "warning" })), alert({ level: "warning", claimed_by: "ben", claimed_at: "x" }));
    assert.deepEqual(taken.alerts.map(({ claimed_by: by }) => by), ["ben"]);
    const worse = withAlert(taken, alert({}));
    assert.deepEqual(worse.alerts.map(({ level, claimed_by: by, claimed_at: at }) => [level, by, at]), [["critical", "ben", "x"]]);
  });

  it("drops an alert once it is over and acknowledged, in whatever order", () => {
    const over = withAlert(withAlert(start, alert({})), alert({ ended_at: ENDED }));
    assert.deepEqual(over.alerts.map(({ ended_at: at }) => at), [ENDED], "nobody saw it yet");
    assert.deepEqual(withAlert(over, alert({ ended_at: ENDED, acknowledged_at: "x", acknowledged_by: "ben" })).alerts, []);
    const seenFirst = withAlert(withAlert(start, alert({})), alert({ acknowledged_at: "x", acknowledged_by: "ben" }));
    assert.deepEqual(withAlert(seenFirst, alert({ ended_at: ENDED })).alerts, []);
  });

  it("keeps what is over for an hour", () => {
    const over = withAlert(start, alert({ ended_at: ENDED }));
    const end = Date.parse(ENDED);
    assert.equal(withoutOld(over, end + 3599000), over);
    assert.deepEqual(withoutOld(over, end + 3601000).alerts, []);
    assert.equal(withoutOld(withAlert(start, alert({})), end + 1e9).alerts.length, 1, "what goes on stays");
  });

  it("drops the alerts of cameras and areas that left the room", () => {
    const area = { id: "are_1", name: "Gate A" };
    const both = [alert({}), alert({ id: "alr_2", camera: { id: "gone", name: "" } }), alert({ id: "aal_1", camera: null, zone: null, area })];
    const busy = both.reduce(withAlert, start);
    assert.deepEqual(withRoom(busy, ROOM).alerts.map(({ id }) => id), ["alr_1"]);
    const areas = [{ ...area, members: [], capacity: null, limits: null, public: false }];
    assert.deepEqual(withRoom(busy, { ...ROOM, areas }).alerts.map(({ id }) => id), ["alr_1", "aal_1"]);
  });
});

describe("a trend", () => {
  for (const [perMinute, text] of /** @type {const} */ ([[2.34, "+2.3/min"], [-1, "-1.0/min"], [0.4, ""], [-0.4, ""]])) {
    it(`of ${perMinute} can be read without a mouse`, () => assert.equal(trendShort(perMinute), text));
  }
});

describe("a tile", () => {
  const one = seen({ a: {} }, 1000).get("a");
  it("says how current its camera is, and how old what it shows is while nothing is heard", () => {
    assert.equal(lifeText(one, 4000), "90 ms · 8.0/s");
    assert.equal(lifeText(one, 4000, true), "Silent for 3 s");
    assert.equal(lifeText(one, 12000), "Silent for 11 s");
    assert.equal(lifeText(undefined, 4000, true), "Not streaming");
  });
});

describe("an invitation", () => {
  const now = Date.parse("2026-01-01T10:00:00Z");
  const base = { id: "inv_1", role: /** @type {const} */ ("camera"), expires_at: "2026-01-01T11:00:00Z", max_uses: 5, uses: 0, revoked_at: null };
  for (const [name, change, expected] of /** @type {const} */ ([
    ["is listed while somebody may follow it", {}, true],
    ["is listed while phones stream by it, though it is used up", { uses: 5 }, true],
    ["is not once nobody more can join by it and who did stays", { role: "operator", uses: 5 }, false],
    ["is not once it was withdrawn", { revoked_at: "2026-01-01T09:00:00Z" }, false],
    ["is not once it has expired", { expires_at: "2026-01-01T10:00:00Z" }, false],
  ])) {
    it(name, () => assert.equal(holds({ ...base, ...change }, now), expected));
  }
});

describe("the log", () => {
  const entry = (/** @type {number} */ id) => ({ id, at: "2026-01-01T10:00:00Z", kind: "note", who: "ada", text: String(id) });
  /** @param {number[]} ids @param {number | null} next */
  const page = (ids, next) => ({ entries: ids.map(entry), next });
  /** @param {import("../../client/wall/log-pages.js").Known} known */
  const shown = (known) => [known.entries.map(({ id }) => id), known.next];

  for (const [name, known, more, newest, expected] of /** @type {const} */ ([
    ["begins with the newest page", page([], null), page([9, 8], 8), true, [[9, 8], 8]],
    ["keeps what came while the first page was on its way", page([10], null), page([9, 8], 8), true, [[10, 9, 8], 8]],
    ["goes on downwards", page([9, 8], 8), page([7, 6], 6), false, [[9, 8, 7, 6], 6]],
    ["takes up what happened without a connection", page([9, 8, 7], 7), page([11, 10, 9], 9), true, [[11, 10, 9, 8, 7], 7]],
    ["leaves no gap where too much happened", page([5, 4], 4), page([11, 10], 10), true, [[11, 10], 10]],
    ["knows the end", page([2, 1], null), page([3, 2, 1], null), true, [[3, 2, 1], null]],
  ])) {
    it(name, () => assert.deepEqual(shown(merged(known, more, newest)), expected));
  }
});

describe("the pictures that are asked for", () => {
  it("are none while nobody looks, or only numbers are wanted", () => {
    assert.equal(picturesFor("smooth", true, 4, 300), null);
    assert.equal(picturesFor("none", false, 4, 300), null);
  });

  it("are smaller and fewer with more tiles", () => {
    const few = picturesFor("smooth", false, 2, 1200);
    const many = picturesFor("smooth", false, 16, 300);
    assert.deepEqual(few, { max_fps: 8, width: 640 });
    assert.deepEqual(many, { max_fps: 3, width: 320 });
  });

  it("stay within what the server takes", () => {
    for (const wish of /** @type {const} */ (["smooth", "few"])) {
      for (const width of [1, 160, 333, 5000]) {
        for (const count of [1, 5, 12, 40]) {
          const asked = picturesFor(wish, false, count, width);
          assert.ok(asked && asked.width >= 160 && asked.width <= 960 && asked.max_fps >= 0.2 && asked.max_fps <= 10);
        }
      }
    }
  });
});

/** A socket that does as the test says. */
class ScriptedSocket {
  connected = false;
  active = true;
  /** @type {Map<string, (...args: any[]) => void>} */
  handlers = new Map();
  /** @type {{event: string, payload: any, answer: (lost: Error | null, answer?: any) => void}[]} */
  sent = [];
  /** @param {string} event @param {(...args: any[]) => void} handler */
  on(event, handler) {
    this.handlers.set(event, handler);
    return this;
  }
  connect() {
    return this;
  }
  disconnect() {
    this.connected = false;
    return this;
  }
  timeout() {
    return { emit: (/** @type {string} */ event, /** @type {any} */ payload, /** @type {any} */ answer) => this.sent.push({ event, payload, answer }) };
  }
  /** @param {string} event @param {any} payload */
  emit(event, payload) {
    this.sent.push({ event, payload, answer: () => {} });
    return this;
  }
  /** @param {string} name @param {...any} args */
  tell(name, ...args) {
    if (name === "connect") this.connected = true;
    if (name === "disconnect") this.connected = false;
    this.handlers.get(name)?.(...args);
  }
}

describe("the feed", () => {
  /** @param {any[]} calls */
  function started(calls) {
    globalThis.window ??= /** @type {any} */ (globalThis);
    const socket = new ScriptedSocket();
    const note = (/** @type {string} */ name) => (/** @type {any[]} */ ...args) => void calls.push([name, ...args]);
    const feed = new Feed("rom_1", { entered: note("entered"), updated: note("updated"), happened: note("happened"), lost: note("lost"), refused: note("refused"), signedOut: note("signedOut") }, () => /** @type {any} */ (socket));
    feed.start({ pictures: { max_fps: 5, width: 320 }, focus: null });
    return { socket, feed };
  }
  const ANSWER = { room: ROOM, snapshot: { cameras: {}, areas: [], people: [], alerts: [] } };

  it("enters with its wish, and again after a loss", async () => {
    /** @type {any[]} */
    const calls = [];
    const { socket } = started(calls);
    socket.tell("connect");
    assert.deepEqual(socket.sent[0].payload, { room: "rom_1", pictures: { max_fps: 5, width: 320 } });
    socket.sent[0].answer(null, ANSWER);
    await Promise.resolve();
    socket.tell("disconnect", "transport close");
    socket.tell("connect");
    socket.sent[1].answer(null, ANSWER);
    await Promise.resolve();
    assert.deepEqual(calls.map(([name]) => name), ["entered", "lost", "entered"]);
  });

  it("hands on what is its own, and lets the server go on with the rest", () => {
    /** @type {any[]} */
    const calls = [];
    const { socket } = started(calls);
    let acknowledged = 0;
    socket.tell("room_update", { room: "rom_2", seq: 1, cameras: {} }, () => void (acknowledged += 1));
    socket.tell("room_update", { room: "rom_1", seq: 1, cameras: {} }, () => void (acknowledged += 1));
    socket.tell("room_event", { room: "rom_2", kind: "presence" });
    assert.equal(acknowledged, 1, "the page acknowledges its own when it is drawn");
    assert.deepEqual(calls.map(([name]) => name), ["updated"]);
  });

  it("says that the room is not there, and stops", async () => {
    /** @type {any[]} */
    const calls = [];
    const { socket, feed } = started(calls);
    socket.tell("connect");
    socket.sent[0].answer(null, { error: { code: "UNKNOWN_ROOM", message: "There is no such room." } });
    await Promise.resolve();
    assert.equal(calls[0][0], "refused");
    assert.equal(socket.connected, false);
    feed.end();
  });

  it("sends people to sign in when their session is over", () => {
    /** @type {any[]} */
    const calls = [];
    const { socket } = started(calls);
    socket.tell("session_ended", { reason: "signed_out" });
    assert.deepEqual(calls, [["signedOut"]]);
  });
});
