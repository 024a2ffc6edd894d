/** A run with a camera of this device. */
import { listCameras } from "../capture/camera.js";
import { CameraSource } from "../capture/camera-source.js";
import { cameraLost } from "../capture/problem.js";
import { StreamClock } from "../capture/stream-clock.js";
import { LiveRun } from "./live-run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

export class CameraRun extends LiveRun {
  #clock = new StreamClock();

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
    if (opened.resumed) this.#clock.wake(performance.now(), Date.now(), opened.limits.resume_ms);
    else this.#clock.start(performance.now(), Date.now());
    super.onOpened(opened, basisMs);
  }

  /** @override */
  release() {
    super.release();
    this.source.stop();
  }

  async #list() {
    this.store.set({ devices: await listCameras() });
  }
}
