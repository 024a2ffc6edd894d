import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";

import { Delivery } from "../../client/live/send-frame.js";
import { Link, LinkLost } from "../../client/live/link.js";

const LIMITS = { max_bytes: 900000, max_pixels: 8300000, max_side: 960, in_flight: 2, max_fps: 30, streams_per_user: 4, resume_ms: 60000 };
const JPEG = new ArrayBuffer(4);

/** A socket that does as the test says; it keeps what the link sends. */
class ScriptedSocket {
  connected = false;
  active = true;
  connects = 0;
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
    this.connects += 1;
    return this;
  }

  disconnect() {
    if (this.connected) this.cut("io client disconnect");
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

  accept() {
    this.connected = true;
    this.handlers.get("connect")?.();
  }

  /** @param {string} [reason] */
  cut(reason = "transport close") {
    this.connected = false;
    this.active = reason === "transport close";
    const open = this.sent.splice(0);
    this.handlers.get("disconnect")?.(reason);
    for (const { answer } of open) answer(new Error("disconnected"));
  }

  /** @param {string} event @param {any} payload */
  push(event, payload) {
    this.handlers.get(event)?.(payload);
  }

  last() {
    const found = this.sent.at(-1);
    assert.ok(found, "nothing was sent");
    return found;
  }
}

/** @param {Partial<import("../../client/live/protocol.js").Opened>} [change] */
function opened(change) {
  return { stream: "str_1", epoch: 1, resumed: false, next_seq: 1, model: "yolo26n", limits: LIMITS, ...change };
}

describe("Link", () => {
  /** @type {ScriptedSocket} */
  let socket;
  /** @type {[string, ...any[]][]} */
  let events;
  /** @type {Link} */
  let link;

  beforeEach((context) => {
    socket = new ScriptedSocket();
    events = [];
    // @ts-expect-error Node has no window; the link needs its timers only.
    globalThis.window = globalThis;
    const tell = (/** @type {string} */ name) => (/** @type {any[]} */ ...args) => void events.push([name, ...args]);
    const wire = /** @type {import("../../client/live/link.js").Wire} */ (/** @type {unknown} */ (socket));
    link = new Link({ camera: "cam_1", source: "camera", mode: "live" }, { opened: tell("opened"), lost: tell("lost"), closed: tell("closed"), refused: tell("refused") }, () => wire);
    link.start();
    void context;
  });

  const names = () => events.map(([name]) => name);
  const open = (/** @type {Partial<import("../../client/live/protocol.js").Opened>} */ change = {}) => {
    socket.accept();
    socket.last().answer(null, opened(change));
  };

  it("opens a stream once connected", () => {
    open();
    assert.deepEqual(socket.sent[0].payload, { camera: "cam_1", source: "camera", mode: "live" });
    assert.deepEqual(names(), ["opened"]);
    assert.ok(link.isOpen);
  });

  it("sends a frame as the protocol says, and gives its answer", async () => {
    open();
    const answer = link.frame(7, 12.5, JPEG);
    assert.deepEqual(socket.last().payload, { stream: "str_1", seq: 7, t: 12.5, jpeg: JPEG });
    socket.last().answer(null, { seq: 7, status: "dropped", reason: "newer_frame" });
    assert.equal((await answer).seq, 7);
  });

  it("resumes the same stream after a loss, and says so once", async () => {
    open();
    const unanswered = link.frame(1, 0, JPEG);
    socket.cut();
    await assert.rejects(unanswered, LinkLost);
    assert.deepEqual(names(), ["opened", "lost"]);
    assert.ok(!link.isOpen);
    await assert.rejects(link.frame(2, 1, JPEG), LinkLost);
    socket.accept();
    assert.equal(socket.last().payload.resume, "str_1");
    socket.last().answer(null, opened({ resumed: true, next_seq: 2 }));
    assert.deepEqual(names(), ["opened", "lost", "opened"]);
  });

  it("comes back by itself after the server said that it goes away", () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      open();
      socket.push("going_away", { retry_ms: 1000 });
      assert.deepEqual(names(), ["opened", "lost"]);
      const before = socket.connects;
      mock.timers.tick(999);
      assert.equal(socket.connects, before);
      mock.timers.tick(2);
      assert.equal(socket.connects, before + 1);
    } finally {
      mock.timers.reset();
    }
  });

  for (const taken of [false, true]) {
    it(taken ? "does not take back a stream whose end is told late" : "opens again where the server forgot the stream", () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        open();
        void link.frame(1, 0, JPEG);
        socket.last().answer(null, { seq: 1, error: { code: "UNKNOWN_STREAM", message: "gone" } });
        const opens = () => socket.sent.filter(({ event }) => event === "stream_open").length;
        const before = opens();
        if (taken) socket.push("stream_closed", { stream: "str_1", reason: "replaced", message: "elsewhere" });
        mock.timers.tick(5000);
        assert.equal(opens(), taken ? 0 : before + 1);
        assert.deepEqual(names(), taken ? ["opened", "lost", "closed"] : ["opened", "lost"]);
      } finally {
        mock.timers.reset();
      }
    });
  }

  for (const code of ["SHUTTING_DOWN", "ENGINE_UNAVAILABLE", "RATE_LIMITED"]) {
    it(`asks again after ${code}`, () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        socket.accept();
        socket.last().answer(null, { error: { code, message: "later" } });
        mock.timers.tick(1001);
        assert.equal(socket.sent.filter(({ event }) => event === "stream_open").length, 2);
        assert.deepEqual(names(), []);
      } finally {
        mock.timers.reset();
      }
    });
  }

  for (const code of ["UNKNOWN_CAMERA", "TOO_MANY_STREAMS", "UNKNOWN_MODEL"]) {
    it(`ends with ${code}`, () => {
      socket.accept();
      socket.last().answer(null, { error: { code, message: "no" } });
      assert.deepEqual(events, [["refused", { code, message: "no" }]]);
      assert.ok(link.hasEnded);
    });
  }

  it("ends when nobody is signed in", () => {
    socket.push("connect_error", Object.assign(new Error("refused"), { data: { code: "UNAUTHENTICATED", message: "Sign in." } }));
    assert.deepEqual(names(), ["refused"]);
  });

  it("does not reopen a stream that was replaced", () => {
    open();
    socket.push("stream_closed", { stream: "str_1", reason: "replaced", message: "elsewhere" });
    assert.deepEqual(names(), ["opened", "closed"]);
    assert.ok(link.hasEnded);
    assert.ok(!socket.connected);
    assert.deepEqual(socket.sent.filter(({ event }) => event === "stream_open").length, 0);
  });

  it("takes no notice of the end of another stream", () => {
    open();
    socket.push("stream_closed", { stream: "str_0", reason: "replaced" });
    assert.deepEqual(names(), ["opened"]);
  });

  it("closes with the server's summary", async () => {
    open();
    const closed = link.close();
    assert.deepEqual(socket.last().payload, { stream: "str_1" });
    socket.last().answer(null, { summary: { peak: 4 } });
    assert.deepEqual(await closed, { peak: 4 });
    assert.ok(link.hasEnded);
  });

  it("closes without one when the connection is gone", async () => {
    open();
    socket.cut();
    assert.equal(await link.close(), null);
  });

  it("counts from the start when asked, without resuming", async () => {
    open();
    const again = link.again();
    socket.last().answer(null, { summary: { peak: 4 } });
    await again;
    assert.equal(socket.last().event, "stream_open");
    assert.equal(socket.last().payload.resume, undefined);
  });

  it("takes another connection when an answer never comes", async () => {
    open();
    const silent = link.frame(1, 0, JPEG);
    const before = socket.connects;
    socket.sent.pop()?.answer(new Error("operation has timed out"));
    await assert.rejects(silent, LinkLost);
    assert.equal(socket.connects, before + 1);
  });
});

describe("Delivery of every frame", () => {
  /** @param {(any)[]} script answers in turn: an Error is thrown @param {() => void} [onLost] */
  function scripted(script, onLost = () => {}) {
    /** @type {{seq: number, t: number}[]} */
    const sent = [];
    const link = {
      whenOpen: async () => {},
      frame: async (/** @type {number} */ seq, /** @type {number} */ t) => {
        sent.push({ seq, t });
        const next = script.shift();
        if (next instanceof Error) {
          onLost();
          throw next;
        }
        return { seq, ...next };
      },
    };
    const delivery = new Delivery(link, async () => {});
    delivery.opened(1);
    return { delivery, sent };
  }
  const done = { status: "processed", result: {} };

  it("numbers frames in order", async () => {
    const { delivery, sent } = scripted([done, done]);
    await delivery.send(0, JPEG);
    assert.equal((await delivery.send(40, JPEG)).fate, "processed");
    assert.deepEqual(sent, [{ seq: 1, t: 0 }, { seq: 2, t: 40 }]);
  });

  for (const code of ["ENGINE_RESTARTED", "ENGINE_UNAVAILABLE", "SHUTTING_DOWN", "RATE_LIMITED"]) {
    it(`sends the frame again after ${code}, with a new number and its own time`, async () => {
      const { delivery, sent } = scripted([{ error: { code, message: "" } }, done]);
      assert.equal((await delivery.send(40, JPEG)).fate, "processed");
      assert.deepEqual(sent, [{ seq: 1, t: 40 }, { seq: 2, t: 40 }]);
    });
  }

  it("sends again what was dropped", async () => {
    const { delivery, sent } = scripted([{ status: "dropped", reason: "newer_frame" }, done]);
    assert.equal((await delivery.send(40, JPEG)).fate, "processed");
    assert.equal(sent.length, 2);
  });

  it("does not repeat a frame that is itself at fault", async () => {
    const { delivery, sent } = scripted([{ error: { code: "BROKEN_JPEG", message: "damaged" } }]);
    assert.equal((await delivery.send(40, JPEG)).fate, "refused");
    assert.equal(sent.length, 1);
  });

  it("repeats what the server never got, under the same number", async () => {
    const { delivery, sent } = scripted([new LinkLost(), done], () => delivery.opened(1));
    assert.equal((await delivery.send(40, JPEG)).fate, "processed");
    assert.deepEqual(sent, [{ seq: 1, t: 40 }, { seq: 1, t: 40 }]);
  });

  it("does not count twice what the server had when the connection went", async () => {
    const { delivery, sent } = scripted([new LinkLost()], () => delivery.opened(2));
    assert.equal((await delivery.send(40, JPEG)).fate, "taken");
    assert.equal(sent.length, 1);
  });

  it("sends nothing of an old stream into a new one", async () => {
    const { delivery, sent } = scripted([new LinkLost()], () => delivery.giveUp());
    assert.equal((await delivery.send(40, JPEG)).fate, "taken");
    assert.equal(sent.length, 1);
  });
});
