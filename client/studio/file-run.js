/** A run with a video file at live speed: it plays, and is counted as a camera would be. */
import { unexpected } from "../capture/problem.js";
import { VideoFile } from "../capture/video-file.js";
import { FileIndex } from "./file-index.js";
import { LiveRun } from "./live-run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

const LOOK_MS = 100;
const DRAIN_MS = 8000;
/** Longer than a machine that has just started needs for its first frame. */
const FIRST_MS = 10_000;
/** Without a picture for so long, it is looked up when the next one comes. */
const GAP_MS = 400;
/** What lies further ahead is not waited for: nothing can be counted until then. */
const GAP_S = 1;
/** A <video> that stands still for so long has hung. */
const STALLED_MS = 3000;
/** Ends are rounded. */
const END_S = 0.5;

export class FileRun extends LiveRun {
  /** @type {VideoFile | null} */
  #film = null;
  #index;
  #timer = 0;
  #finished = false;
  #backwards = false;
  /** Where the newest picture is, and where playing was tried again, seconds. */
  #shownS = 0;
  #triedS = 0;
  #shownAt = 0;
  /** From where on nothing could be played; null where all is well. @type {number | null} */
  #brokenS = null;
  #skippedS = 0;
  /** Looking up, or loading once more. */
  #busy = false;
  /** What of the file was missing at its end, in words. */
  #missing = "";

  /** @param {import("./run.js").Desk} desk @param {File} file */
  constructor(desk, file) {
    super(desk);
    this.file = file;
    this.#index = new FileIndex(file);
  }

  /** @override */
  async start() {
    const { video } = this.desk;
    this.store.set({ phase: "connecting", source: "file", mode: "live" });
    const film = new VideoFile(video, this.file);
    await film.load();
    this.interlaced = await this.#index.interlaced();
    if (this.over) return film.release();
    this.#film = film;
    video.onended = () => void this.#atEnd();
    video.onerror = () => this.#look();
    video.onseeking = () => void this.#sought();
    this.#timer = window.setInterval(() => this.#look(), LOOK_MS);
    this.stream("file");
  }

  /** @override @param {Tick} tick */
  timeOf(tick) {
    return (tick.mediaTime - (this.#film?.startS ?? 0)) * 1000;
  }

  /** @override @param {Tick} tick */
  seen(tick) {
    this.#shownS = Math.max(0, this.timeOf(tick) / 1000);
    this.#shownAt = tick.now;
    if (this.#brokenS !== null && this.#shownS > this.#brokenS) {
      this.#skippedS += this.#shownS - this.#brokenS;
      this.#brokenS = null;
      this.say(this.#index.skipped(this.#skippedS));
    }
  }

  /** @override @param {number} now ms */
  silentMs(now) {
    const { ended, paused } = this.desk.video;
    return this.#finished || ended || paused ? 0 : super.silentMs(now);
  }

  /** @override @param {Opened} opened @param {number} basisMs */
  onOpened(opened, basisMs) {
    super.onOpened(opened, basisMs);
    this.#backwards = false;
    this.#tellPosition();
    void this.#countFirst(opened).then(() => {
      if (!this.over && opened === this.opened && !this.store.get().paused) void this.#play();
    });
  }

  /** The first picture is shown already; a server that is not ready for it is waited for. @param {Opened} opened */
  async #countFirst({ resumed }) {
    const film = this.#film;
    if (resumed || !film || film.positionS !== 0 || this.desk.video.seeking) return;
    const now = performance.now();
    const counted = this.frame({ now, capturedAt: now, mediaTime: film.startS });
    await Promise.race([counted, new Promise((resolve) => setTimeout(resolve, FIRST_MS))]);
  }

  /** Nothing of the file goes by while the connection is away. @override */
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
    const { duration } = this.desk.video;
    if (this.#film && Number.isFinite(duration)) this.#film.positionS = share * (duration - this.#film.startS);
    this.#tellPosition();
  }

  /** @override */
  release() {
    super.release();
    clearInterval(this.#timer);
    const { video } = this.desk;
    video.onended = video.onerror = video.onseeking = null;
    video.pause();
    this.#film?.release();
    this.#index.release();
  }

  /** @override @param {import("../live/protocol.js").Summary | null} summary */
  ending(summary) {
    const ending = super.ending(summary);
    const skipped = this.#skippedS && !this.#missing ? this.#index.skipped(this.#skippedS) : "";
    return { ...ending, note: [this.#missing, skipped, ending.note].filter(Boolean).join(" ") };
  }

  async #play() {
    try {
      this.#shownAt = performance.now();
      await this.desk.video.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.store.set({ paused: true });
      // An error of the file is told by its own event.
      else if (!(error instanceof DOMException && ["AbortError", "NotSupportedError"].includes(error.name))) throw error;
    }
  }

  /** Times in a stream never fall: behind what was counted already, counting starts again. */
  async #sought() {
    this.#finished = false;
    const at = (this.#film?.positionS ?? 0) * 1000;
    if (this.#backwards || at >= this.lastT - 1 || !this.link) return;
    this.#backwards = true;
    this.#skippedS = this.#triedS = 0;
    this.#brokenS = null;
    this.pipeline?.lost();
    await this.link.again();
  }

  async #atEnd() {
    const film = this.#film;
    if (!film || this.over) return;
    this.#finished = true;
    if (film.lengthS - film.positionS > END_S && this.desk.video.ended) await this.#tellMissing(film);
    const until = performance.now() + DRAIN_MS;
    while (this.pipeline?.unanswered && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 30));
    if (this.#finished && !this.over) await this.stop();
  }

  /** @param {VideoFile} film */
  async #tellMissing(film) {
    this.#missing = await this.#index.missing(this.#shownS, film.lengthS);
    if (!this.over) this.say(this.#missing);
  }

  /** One at a time: what is found out takes a moment. @param {() => Promise<void>} act */
  async #exclusively(act) {
    if (this.#busy || this.over) return;
    this.#busy = true;
    try {
      await act();
    } catch (error) {
      if (!this.over) this.fail(unexpected(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#busy = false;
    }
  }

  #look() {
    this.#tellPosition();
    const { video } = this.desk;
    if (video.error) return void this.#exclusively(() => this.#goPast());
    const silent = performance.now() - this.#shownAt;
    if (silent < GAP_MS || video.paused || video.seeking || document.hidden || this.#finished) return;
    const at = video.currentTime;
    void this.#exclusively(async () => {
      const next = await this.#index.nextPicture(this.#shownS);
      if (this.over || !this.#film || video.paused || video.error) return;
      if (next === null && this.#film.positionS - this.#shownS > GAP_S) await this.#atEnd();
      else if (next && next - this.#film.positionS > GAP_S) this.#film.positionS = next;
      else if (silent > STALLED_MS && video.currentTime === at && !video.ended) await this.#goPast();
    });
  }

  /** Nothing can be played from here on: tries behind it, and ends where nothing is left. */
  async #goPast() {
    const film = this.#film;
    this.#brokenS ??= this.#shownS;
    while (film && !this.over) {
      const next = await this.#index.nextStart(Math.max(this.#shownS, this.#triedS), film.lengthS);
      if (next === null || this.over) break;
      this.#triedS = next;
      if (!(await film.resumeAt(next)) || this.over) continue;
      if (!this.store.get().paused && this.link?.isOpen) void this.#play();
      return;
    }
    if (!film || this.over) return;
    await this.#tellMissing(film);
    await this.#atEnd();
  }

  #tellPosition() {
    const film = this.#film;
    if (!film) return;
    const { duration: end } = this.desk.video;
    const duration = Number.isFinite(end) ? Math.max(0, end - film.startS) * 1000 : 0;
    const at = film.positionS * 1000;
    const before = this.store.get().position;
    if (before?.at !== at || before.duration !== duration) this.store.set({ position: { at, duration } });
  }
}
