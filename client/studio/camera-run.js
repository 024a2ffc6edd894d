/** A run with a camera of this device. */
import { listCameras, openCamera } from "../capture/camera.js";
import { cameraLost } from "../capture/problem.js";
import { LiveRun } from "./live-run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

export class CameraRun extends LiveRun {
  /** @type {MediaStream | null} */
  #media = null;
  #openedAt = 0;
  #onVisible = () => void this.#returned();

  /** @override */
  async start() {
    this.store.set({ phase: "asking", source: "camera", mode: "live" });
    await this.#open();
    if (this.over) return;
    document.addEventListener("visibilitychange", this.#onVisible);
    this.stream("camera");
  }

  /** Another camera, or the other side of the phone; the stream goes on. */
  async change() {
    if (this.over) return;
    const before = this.#media;
    // Many phones give one camera at a time: the old one must go first.
    this.#close(before);
    await this.#open();
  }

  /** @override @param {Tick} tick */
  timeOf(tick) {
    return tick.capturedAt - this.#openedAt;
  }

  /** @override @param {Opened} opened @param {number} basisMs */
  onOpened(opened, basisMs) {
    if (!opened.resumed) this.#openedAt = performance.now();
    super.onOpened(opened, basisMs);
  }

  /** @override */
  release() {
    super.release();
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#close(this.#media);
    this.#media = null;
  }

  async #open() {
    const { deviceId, facing } = this.store.get().settings;
    const media = await openCamera({ deviceId, facing });
    if (this.over) {
      this.#close(media);
      return;
    }
    this.#media = media;
    const [track] = media.getVideoTracks();
    track.addEventListener("ended", () => void this.#ended(media));
    const { video } = this.desk;
    video.removeAttribute("src");
    video.srcObject = media;
    await this.#play();
    this.store.set({ devices: await listCameras() });
  }

  async #play() {
    try {
      await this.desk.video.play();
    } catch (error) {
      // Another camera took its place meanwhile, and plays.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }

  /** @param {MediaStream | null} media */
  #close(media) {
    for (const track of media?.getTracks() ?? []) track.stop();
    if (this.desk.video.srcObject === media) this.desk.video.srcObject = null;
  }

  /** Phones end cameras in the background and give them back on return; elsewhere it was unplugged. @param {MediaStream} media */
  async #ended(media) {
    if (this.over || media !== this.#media || document.hidden) return;
    await this.#reacquire();
  }

  async #returned() {
    if (document.hidden || this.over) return;
    this.link?.hurry();
    const track = this.#media?.getVideoTracks()[0];
    if (!track || track.readyState === "ended" || track.muted) await this.#reacquire();
    else await this.#play();
  }

  async #reacquire() {
    try {
      await this.change();
    } catch (error) {
      console.info("The camera does not come back:", error instanceof Error ? error.message : error);
      if (!this.over) this.fail(cameraLost());
    }
  }
}
