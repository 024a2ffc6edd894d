/** A run over every frame of a file: nothing is skipped, however long it takes. */
import { ProblemError } from "../capture/camera.js";
import { shortfallText } from "../capture/incomplete.js";
import { noStepping, unplayable } from "../capture/problem.js";
import { Delivery } from "../live/send-frame.js";
import { Run } from "./run.js";

/** @typedef {import("../capture/every-frame.js").Steps} Steps */
/** @typedef {import("../live/protocol.js").Opened} Opened */

const QUALITY = 0.85;

export class EveryRun extends Run {
  /** @type {Steps | null} */
  #steps = null;
  /** @type {Delivery | null} */
  #delivery = null;
  /** @type {Set<Promise<void>>} */
  #out = new Set();
  #pass = 0;
  #done = 0;
  /** What of the file was missing, in words; empty where nothing was. */
  #missing = "";
  #startedAt = 0;
  #pausedMs = 0;
  /** @type {(() => void) | null} */
  #resume = null;

  /** @param {import("./run.js").Desk} desk @param {File} file */
  constructor(desk, file) {
    super(desk);
    this.file = file;
  }

  /** @override */
  async start() {
    this.store.set({ phase: "connecting", source: "file", mode: "every" });
    this.openLink("file", "every");
  }

  /** @override @param {Opened} opened */
  onOpened(opened) {
    if (opened.resumed) {
      this.#delivery?.opened(opened.next_seq);
      return;
    }
    // A stream of which the server knows nothing: every frame means from the first one on.
    this.#delivery?.giveUp();
    this.#out = new Set();
    if (this.link) this.#delivery = new Delivery(this.link);
    this.#delivery?.opened(opened.next_seq);
    void this.#walk(opened);
  }

  /** @override @param {boolean} paused */
  pause(paused) {
    this.store.set({ paused });
    this.#resume?.();
    this.#resume = null;
  }

  /** @override */
  release() {
    this.#pass += 1;
    this.#resume?.();
    this.#steps?.release();
    this.#steps = null;
  }

  /** @override @param {import("../live/protocol.js").Summary | null} summary */
  ending(summary) {
    const ending = super.ending(summary);
    return { ...ending, note: [this.#missing, ending.note].filter(Boolean).join(" ") };
  }

  /** @override */
  get isOwed() {
    return this.#out.size > 0;
  }

  /** @param {Opened} opened */
  async #walk(opened) {
    const pass = ++this.#pass;
    this.#steps?.release();
    this.#done = this.#pausedMs = 0;
    this.#missing = "";
    try {
      const steps = await this.#open(opened);
      if (pass !== this.#pass) return steps.release();
      this.#steps = steps;
      this.#startedAt = performance.now();
      this.#tell();
      for await (const frame of steps.frames) {
        if (!(await this.#turn(pass, opened.limits.in_flight))) return frame.bitmap.close();
        this.#post(pass, frame);
      }
      const shortfall = pass === this.#pass ? steps.shortfall() : null;
      if (shortfall) this.#tellMissing(shortfall);
      await Promise.all(this.#out);
      if (pass === this.#pass) await this.stop();
    } catch (error) {
      // A pass that was given up (stopped, or begun anew) ends in the middle of decoding.
      if (pass !== this.#pass) return;
      console.warn("Stepping through the file failed:", error);
      this.fail(error instanceof ProblemError ? error.problem : await this.#problem());
    }
  }

  /** @param {import("../capture/incomplete.js").Shortfall} shortfall @throws {Error} where there was no picture at all */
  #tellMissing(shortfall) {
    if (shortfall.read === 0) throw new Error("The file gave no picture.");
    this.#missing = shortfallText(shortfall);
    this.say(this.#missing);
  }

  /** Why the file could not be read. @returns {Promise<import("../capture/problem.js").Problem>} */
  async #problem() {
    const { unreadable } = await import("../capture/readable.js");
    const why = await unreadable(this.file, true);
    return why ? unplayable(this.file.name, why) : noStepping(this.file.name);
  }

  /** @param {Opened} opened @returns {Promise<Steps>} */
  async #open(opened) {
    const { openSteps } = await import("../capture/every-frame.js");
    const wish = this.store.get().settings.side || Infinity;
    const steps = await openSteps(this.file, Math.min(opened.limits.max_side, wish));
    if (!steps) throw new ProblemError(typeof VideoDecoder === "undefined" ? noStepping(this.file.name) : await this.#problem());
    return steps;
  }

  /** Waits until one more frame may leave. @param {number} pass @param {number} inFlight @returns {Promise<boolean>} false: this pass was given up */
  async #turn(pass, inFlight) {
    while (pass === this.#pass && (this.#out.size >= inFlight || this.store.get().paused)) {
      if (this.store.get().paused) {
        const since = performance.now();
        await new Promise((resolve) => (this.#resume = () => resolve(null)));
        this.#pausedMs += performance.now() - since;
      } else {
        await Promise.race(this.#out);
      }
    }
    return pass === this.#pass;
  }

  /** @param {number} pass @param {{bitmap: ImageBitmap, t: number}} frame */
  #post(pass, frame) {
    const out = this.#out;
    const sent = this.#send(pass, frame).catch((error) => {
      if (pass !== this.#pass) return;
      console.warn("A frame was not sent:", error);
      this.refuse({ code: "NOT_ENCODED", message: error instanceof Error ? error.message : String(error) });
    });
    out.add(sent);
    void sent.finally(() => out.delete(sent));
  }

  /** @param {number} pass @param {{bitmap: ImageBitmap, t: number}} frame */
  async #send(pass, { bitmap, t }) {
    const capturedAt = performance.now();
    // Known before anything is awaited: a frame of a pass that was given up must not reach the stream of the next one.
    const delivery = this.#delivery;
    const encoded = await this.desk.encoder.encode(bitmap, QUALITY);
    if (!delivery) return encoded.bitmap.close();
    const fate = await delivery.send(t, encoded.jpeg);
    if (pass !== this.#pass) return encoded.bitmap.close();
    if (fate.fate === "refused") this.refuse(fate.error);
    this.#done += 1;
    if (fate.fate === "processed") this.show({ bitmap: encoded.bitmap, result: fate.answer.result, capturedAt });
    else encoded.bitmap.close();
    this.#tell();
  }

  #tell() {
    const total = Math.max(this.#steps?.total ?? 0, this.#done);
    const spent = performance.now() - this.#startedAt - this.#pausedMs;
    const leftMs = this.#done >= 5 ? (spent / this.#done) * (total - this.#done) : null;
    this.store.set({ progress: { done: this.#done, total, leftMs } });
  }
}
