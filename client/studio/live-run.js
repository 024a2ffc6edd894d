/** A run in which the newest picture matters: the frames of a <video>, as many as the way and the machine take. */
import { grab } from "../capture/grab.js";
import { watchFrames } from "../capture/ticker.js";
import { RateMeter } from "../core/meter.js";
import { Lifeline } from "../live/heartbeat.js";
import { Pipeline } from "../live/pipeline.js";
import { judge, newJudge } from "../live/connection-quality.js";
import { Run } from "./run.js";

/** @typedef {import("../capture/ticker.js").Tick} Tick */
/** @typedef {import("../live/protocol.js").Opened} Opened */

/** People at an event are followed well enough by this, and a phone stays cool. */
const SAVING = { fps: 3, side: 640 };

export class LiveRun extends Run {
  /** @type {Pipeline | null} */
  pipeline = null;
  judge = newJudge();
  /** Capture time of the last frame that was sent, ms. */
  lastT = 0;
  /** Whether lines of its pictures may be from two moments. */
  interlaced = false;
  #lifeline = new Lifeline(() => this.link?.reconnect());
  #source = new RateMeter();
  #grabbing = false;
  /** When the source gave its newest picture, or could not be expected to give one, ms. */
  #pictureAt = Infinity;
  #stopWatching = () => {};

  /** Capture time of a frame in the stream's own time. @param {Tick} _tick @returns {number} ms */
  timeOf(_tick) {
    throw new Error("a run must say what time a frame has");
  }

  /** @param {import("../live/protocol.js").SourceKind} source */
  stream(source) {
    this.openLink(source, "live");
    if (!this.link) return;
    this.pipeline = new Pipeline(this.link, this.desk.encoder, {
      shown: (shown) => (this.over ? shown.bitmap.close() : this.show(shown)),
      refused: (error) => this.refuse(error),
    });
    this.pipeline.bound(this.bounds());
    this.#stopWatching = watchFrames(this.desk.video, (tick) => void this.frame(tick));
  }

  /** The source shows another picture, whether it is sent or not. @param {Tick} _tick */
  seen(_tick) {}

  /** @override */
  get isOwed() {
    return (this.pipeline?.unanswered ?? 0) > 0;
  }

  /** @override @param {number} now ms */
  silentMs(now) {
    return this.link?.isOpen && !document.hidden ? Math.max(0, now - this.#pictureAt) : 0;
  }

  /** @override @param {Opened} opened @param {number} basisMs */
  onOpened(opened, basisMs) {
    if (!opened.resumed) this.lastT = 0;
    this.judge = newJudge();
    this.#pictureAt = performance.now();
    this.pipeline?.open(opened, basisMs);
  }

  /** @override */
  onLost() {
    this.pipeline?.lost();
  }

  /** @override */
  release() {
    this.#stopWatching();
    this.pipeline?.lost();
  }

  /** @override @param {number} now ms */
  onBeat(now) {
    const { phase, paused, rates } = this.store.get();
    const { pipeline } = this;
    // Hidden pages get no pictures, whatever the source gives.
    if (paused || document.hidden || !this.link?.isOpen) this.#pictureAt = now;
    if (!pipeline) return;
    void this.#lifeline.look(now, pipeline.silentMs(now));
    const wanted = this.#source.rate(now);
    const { rttMs, serverMs } = pipeline;
    this.store.set({ rates: { ...rates, wanted: wanted || rates.wanted, rttMs, serverMs, sending: this.#sending(), sentBytes: pipeline.sentBytes } });
    if (paused || rttMs === null || serverMs === null || !["live", "slow", "full"].includes(phase)) return;
    const fps = this.fps.rate(now);
    this.judge = judge(this.judge, { now, fps, wanted: Math.min(wanted, this.opened?.limits.max_fps ?? wanted, this.bounds().fps), rttMs, serverMs, full: this.store.get().figures?.full ?? false, silentMs: pipeline.silentMs(now) });
    if (this.judge.verdict !== phase) this.store.set({ phase: this.judge.verdict });
  }

  /** What the user wants at most. @returns {import("../live/pipeline.js").Bounds} */
  bounds() {
    const { saving, fps } = this.store.get().settings;
    return saving ? SAVING : { fps: fps || Infinity, side: Infinity };
  }

  /** The longer side at which a frame is sent now: of the pace, the server's limit and the user's wish the smallest. */
  side() {
    const wish = this.store.get().settings.side || Infinity;
    return Math.min(this.pipeline?.step?.side ?? Infinity, this.opened?.limits.max_side ?? Infinity, wish);
  }

  /** @override */
  onSettings() {
    this.pipeline?.bound(this.bounds());
  }

  /** @override @param {number} side pixels */
  onQuality(side) {
    super.onQuality(side);
    this.pipeline?.limit(side);
  }

  /** What was learnt of the network before does not count. @override */
  onNetworkChange() {
    super.onNetworkChange();
    this.pipeline?.afresh();
  }

  /** @param {Tick} tick */
  async frame(tick) {
    this.#source.tick(tick.now);
    this.#pictureAt = tick.now;
    this.seen(tick);
    const { pipeline, opened } = this;
    if (this.#grabbing || !pipeline?.wants(tick.now)) return;
    this.#grabbing = true;
    const bitmap = await grab(this.desk.video, this.side(), this.interlaced);
    this.#grabbing = false;
    if (!bitmap) return;
    // While the picture was taken the stream may have ended or restarted; then its time is of another one.
    if (this.over || opened !== this.opened || !this.link?.isOpen) {
      bitmap.close();
      return;
    }
    this.lastT = Math.max(this.lastT, this.timeOf(tick), 0);
    await pipeline.send({ bitmap, t: this.lastT, capturedAt: tick.capturedAt });
  }

  #sending() {
    const step = this.pipeline?.step;
    if (!step) return "";
    const kilobytes = Math.round((this.pipeline?.bytes ?? 0) / 1000);
    return `${Math.min(step.side, this.side())} px, ${kilobytes} kB a frame, at most ${step.fps}/s`;
  }
}
