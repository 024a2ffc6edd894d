/** Live frames on their way: at most one or two unanswered, the newest matters, and the pace follows the answers. */
import { smooth } from "../core/meter.js";
import { LinkLost } from "./link.js";
import { maySend, paceAfter, startPace, stepOf } from "./pace.js";

/** @typedef {import("./pace.js").Pace} Pace */
/** @typedef {import("./protocol.js").Opened} Opened */

/**
 * @typedef {object} Departing
 * @property {ImageBitmap} bitmap
 * @property {number} t ms
 * @property {number} capturedAt ms
 *
 * @typedef {object} Bounds what the user wants at most, whatever the way would take
 * @property {number} fps
 * @property {number} side pixels
 *
 * @typedef {object} PipelineEvents
 * @property {(shown: import("../canvas/stage.js").Shown) => void} shown
 * @property {(error: import("./protocol.js").ProtocolError) => void} refused a frame was refused; the stream goes on
 */

/** After a refusal that says the server is in trouble, wait before the next frame. */
const TROUBLE_MS = 500;

export class Pipeline {
  /** @type {Pace | null} */
  #pace = null;
  /** @type {Map<number, number>} number of the frame to when it left, ms */
  #out = new Map();
  #seq = 1;
  #sentAt = -Infinity;
  #answeredAt = -Infinity;
  #generation = 0;
  #started = 0;
  /** @type {number | null} */
  rttMs = null;
  /** @type {number | null} */
  serverMs = null;
  /** Of a frame, smoothed. */
  bytes = 0;
  /** Of all frames that left. */
  sentBytes = 0;
  /** @type {{limits: import("./protocol.js").Limits, basisMs: number} | null} */
  #way = null;
  /** @type {Bounds} */
  #bounds = { fps: Infinity, side: Infinity };

  /**
   * @param {import("./link.js").Link} link
   * @param {import("../capture/encoder.js").Encoder} encoder
   * @param {PipelineEvents} events
   */
  constructor(link, encoder, events) {
    this.link = link;
    this.encoder = encoder;
    this.events = events;
  }

  /** @param {Opened} opened @param {number} basisMs round trip of a small message */
  open(opened, basisMs) {
    this.lost();
    this.#seq = Math.max(1, opened.next_seq);
    this.#way = { limits: opened.limits, basisMs };
    this.#begin();
  }

  /** From now on no more than this. @param {Bounds} bounds */
  bound(bounds) {
    this.#bounds = bounds;
    this.#begin();
  }

  /** The server can make use of frames of this size from now on. @param {number} side pixels */
  limit(side) {
    if (!this.#way || this.#way.limits.max_side === side) return;
    this.#way = { ...this.#way, limits: { ...this.#way.limits, max_side: side } };
    this.#begin();
  }

  /** The network may be another one: what was learnt of the old one holds it back. */
  afresh() {
    this.#begin();
  }

  #begin() {
    if (!this.#way) return;
    const { limits, basisMs } = this.#way;
    const { fps, side } = this.#bounds;
    const bounded = { ...limits, max_fps: Math.min(limits.max_fps, fps), max_side: Math.min(limits.max_side, side) };
    this.#pace = startPace(bounded, basisMs, performance.now());
  }

  /** Frames on their way when the connection went will never be answered. */
  lost() {
    this.#generation += 1;
    this.#started = 0;
    this.#out.clear();
    this.rttMs = null;
    this.serverMs = null;
  }

  /** @returns {import("./pace.js").Step | null} */
  get step() {
    return this.#pace && stepOf(this.#pace);
  }

  /** How long the oldest unanswered frame waits. @param {number} now ms */
  silentMs(now) {
    return this.#out.size ? now - Math.min(...this.#out.values()) : 0;
  }

  get unanswered() {
    return this.#started;
  }

  /** Whether a frame taken now could leave. @param {number} now ms */
  wants(now) {
    return this.#pace !== null && this.link.isOpen && maySend(this.#pace, now, { sentAt: this.#sentAt, answeredAt: this.#answeredAt, unanswered: this.#started });
  }

  /** Sends one frame. @param {Departing} departing */
  async send({ bitmap, t, capturedAt }) {
    const pace = this.#pace;
    if (!pace) {
      bitmap.close();
      return;
    }
    const generation = this.#generation;
    this.#started += 1;
    this.#sentAt = performance.now();
    let kept = bitmap;
    try {
      const encoded = await this.encoder.encode(bitmap, stepOf(pace).quality);
      kept = encoded.bitmap;
      if (generation === this.#generation && (await this.#exchange(encoded, t, capturedAt, generation))) return;
    } catch (error) {
      if (!(error instanceof LinkLost)) this.events.refused({ code: "NOT_ENCODED", message: error instanceof Error ? error.message : String(error) });
    } finally {
      if (generation === this.#generation) this.#started -= 1;
    }
    kept.close();
  }

  /**
   * @param {import("../capture/encoder.js").Encoded} encoded @param {number} t @param {number} capturedAt @param {number} generation
   * @returns {Promise<boolean>} whether the picture is on the stage now
   */
  async #exchange({ jpeg, bitmap }, t, capturedAt, generation) {
    const seq = this.#seq++;
    const sent = performance.now();
    this.#out.set(seq, sent);
    this.bytes = smooth(this.bytes || null, jpeg.byteLength);
    this.sentBytes += jpeg.byteLength;
    const answer = await this.link.frame(seq, t, jpeg);
    if (generation !== this.#generation) return false;
    this.#out.delete(seq);
    if (answer.error) {
      this.#sentAt = performance.now() + TROUBLE_MS;
      this.events.refused(answer.error);
      return false;
    }
    if (answer.status !== "processed") return false;
    this.#measure(sent, answer.result.timing);
    this.events.shown({ bitmap, result: answer.result, capturedAt });
    return true;
  }

  /** @param {number} sent ms @param {import("./protocol.js").Timing} timing */
  #measure(sent, { total_ms: serverMs, wait_ms: waitMs }) {
    const now = performance.now();
    this.#answeredAt = now;
    const rttMs = now - sent;
    this.rttMs = smooth(this.rttMs, rttMs);
    this.serverMs = smooth(this.serverMs, serverMs);
    if (this.#pace) this.#pace = paceAfter(this.#pace, { now, rttMs, serverMs, waitMs });
  }
}
