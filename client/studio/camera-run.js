/** A run with a camera of this device. */
import { listCameras } from "../capture/camera.js";
import { CameraSource } from "../capture/camera-source.js";
import { cameraLost } from "../capture/problem.js";
import { StreamClock } from "../capture/stream-clock.js";
import { dropStream, keepStream, keptStream, timeAfter } from "../live/kept-stream.js";
import { LiveRun } from "./live-run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

/** A camera that has delivered no picture for so long is asked for again, and after the same time once more. */
const RETRY_MS = 5000;

export class CameraRun extends LiveRun {
  #clock = new StreamClock();
  /** Of a guest: users who come back choose first what they stream. @type {import("../live/kept-stream.js").Kept | null} */
  #kept = null;
  #retriedAt = -Infinity;

  /** @param {import("./run.js").Desk} desk */
  constructor(desk) {
    super(desk);
    this.source = new CameraSource(desk.video, () => this.store.get().settings, {
      changed: () => void this.#list(),
      returned: () => this.link?.hurry(),
      lost: () => this.over || this.fail(cameraLost()),
    });
  }

  /** @override */
  async start() {
    this.store.set({ phase: "asking", source: "camera", mode: "live" });
    await this.source.start();
    if (this.over) return;
    if (this.desk.passing) this.#kept = keptStream(this.desk.camera, Date.now());
    this.resume = this.#kept?.stream ?? "";
    this.stream("camera");
  }

  /** Another camera, or the other side of the phone; the stream goes on. */
  async change() {
    if (!this.over) await this.source.change();
  }

  /** @override @param {Tick} tick */
  timeOf(tick) {
    return this.#clock.timeOf(tick.capturedAt);
  }

  /** @override @param {Opened} opened @param {number} basisMs */
  onOpened(opened, basisMs) {
    const [now, wall] = [performance.now(), Date.now()];
    if (!opened.resumed) this.#clock.start(now, wall);
    else if (this.#kept) this.#clock.start(now, wall, timeAfter(this.#kept, wall));
    else this.#clock.wake(now, wall, opened.limits.resume_ms);
    this.#kept = null;
    super.onOpened(opened, basisMs);
  }

  /** @override @param {number} now ms */
  onBeat(now) {
    super.onBeat(now);
    if (this.silentMs(now) > RETRY_MS && now - this.#retriedAt > RETRY_MS) {
      this.#retriedAt = now;
      this.source.retry();
    }
    if (this.desk.passing && this.opened) keepStream({ camera: this.desk.camera, stream: this.opened.stream, t: this.lastT, at: Date.now() });
  }

  /** @override */
  release() {
    super.release();
    this.source.stop();
    if (this.desk.passing) dropStream();
  }

  async #list() {
    this.store.set({ devices: await listCameras() });
  }
}
