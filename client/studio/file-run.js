/** A run with a video file at live speed: it plays, and is counted as a camera would be. */
import { loadFile } from "../capture/video-file.js";
import { LiveRun } from "./live-run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

const POSITION_MS = 100;
const DRAIN_MS = 8000;

export class FileRun extends LiveRun {
  #release = () => {};
  #timer = 0;
  #finished = false;
  #backwards = false;

  /** @param {import("./run.js").Desk} desk @param {File} file */
  constructor(desk, file) {
    super(desk);
    this.file = file;
  }

  /** @override */
  async start() {
    const { video } = this.desk;
    this.store.set({ phase: "connecting", source: "file", mode: "live" });
    this.#release = await loadFile(video, this.file);
    if (this.over) return this.#release();
    video.onended = () => void this.#atEnd();
    video.onseeking = () => void this.#sought();
    this.#timer = window.setInterval(() => this.#tellPosition(), POSITION_MS);
    this.stream("file");
  }

  /** @override @param {Tick} tick */
  timeOf(tick) {
    return tick.mediaTime * 1000;
  }

  /** @override @param {Opened} opened @param {number} basisMs */
  onOpened(opened, basisMs) {
    super.onOpened(opened, basisMs);
    this.#backwards = false;
    this.#tellPosition();
    if (!this.store.get().paused) void this.#play();
  }

  /** Nothing of the file goes by while nobody counts. @override */
  onLost() {
    super.onLost();
    this.desk.video.pause();
  }

  /** @override @param {boolean} paused */
  pause(paused) {
    this.store.set({ paused });
    if (paused) this.desk.video.pause();
    else if (this.link?.isOpen) void this.#play();
  }

  /** @param {number} share 0..1 of the file */
  seek(share) {
    const { video } = this.desk;
    if (Number.isFinite(video.duration)) video.currentTime = share * video.duration;
    this.#tellPosition();
  }

  /** @override */
  release() {
    super.release();
    clearInterval(this.#timer);
    const { video } = this.desk;
    video.onended = video.onseeking = null;
    video.pause();
    this.#release();
  }

  async #play() {
    try {
      await this.desk.video.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.store.set({ paused: true });
      else if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }

  /** Times in a stream never fall: behind what was counted already, counting starts anew. */
  async #sought() {
    this.#finished = false;
    const at = this.desk.video.currentTime * 1000;
    if (this.#backwards || at >= this.lastT - 1 || !this.link) return;
    this.#backwards = true;
    this.pipeline?.lost();
    await this.link.again();
  }

  async #atEnd() {
    this.#finished = true;
    const until = performance.now() + DRAIN_MS;
    while (this.pipeline?.unanswered && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 30));
    if (this.#finished && !this.over) await this.stop();
  }

  #tellPosition() {
    const { currentTime, duration } = this.desk.video;
    const known = Number.isFinite(duration) ? duration * 1000 : 0;
    const before = this.store.get().position;
    const at = currentTime * 1000;
    if (before?.at !== at || before.duration !== known) this.store.set({ position: { at, duration: known } });
  }
}
