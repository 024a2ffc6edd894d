/** One run: a source, a stream, and what comes of it. What all kinds of runs share. */
import { ProblemError } from "../capture/camera.js";
import { closedBy, refused, unexpected } from "../capture/problem.js";
import { NOT_KNOWN, peopleOf } from "../core/people.js";
import { RateMeter, smooth } from "../core/meter.js";
import { Link } from "../live/link.js";
import { goToLogin } from "../ui/api.js";
import { serverClock } from "../ui/clock.js";
import { t, tell } from "../ui/words.js";
import { Refusals } from "./refusals.js";
import { NO_COUNTERS, NO_RATES } from "../live/run-state.js";

/** @typedef {import("../live/protocol.js").Opened} Opened */
/** @typedef {import("../live/protocol.js").Summary} Summary */
/** @typedef {import("../live/run-state.js").StudioState} StudioState */

/**
 * @typedef {object} Desk what a run works with
 * @property {import("../core/store.js").Store<StudioState>} store
 * @property {import("../canvas/stage.js").Stage} stage
 * @property {import("../core/history.js").History} history
 * @property {import("../core/announcer.js").Announcer} announcer
 * @property {import("../capture/encoder.js").Encoder} encoder
 * @property {HTMLVideoElement} video
 * @property {string} camera id
 * @property {boolean} [passing] whether what is chosen here is this page's own, and not how the user's studio is set up
 * @property {() => import("../live/link.js").Wire} [connect] by which a guest connects; users come with their session
 * @property {() => import("../capture/problem.js").Problem} [signedOut] what a guest sees whose credentials have ended; users sign in again
 */

const BEAT_MS = 500;
/** Longer than this without an answer or a picture, and what is shown is not current. */
const WAITING_MS = 2500;
/** A sentence beside the status stays long enough to be read, and no longer. */
const NOTICE_MS = 6000;
const PATIENCE_MS = 4000;

export class Run {
  /** @type {Link | null} */
  link = null;
  /** @type {Opened | null} */
  opened = null;
  over = false;
  /** A stream to resume, where a page before this one left it behind. */
  resume = "";
  fps = new RateMeter();
  /** @type {number | null} */
  #delayMs = null;
  #beat = 0;
  #askedAt = 0;
  #noticeUntil = 0;
  #refusals = new Refusals();

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  get store() {
    return this.desk.store;
  }

  /** Starts; every failure ends in a state that says what happened. */
  async begin() {
    this.reset();
    try {
      await this.start();
    } catch (error) {
      if (this.over) return;
      this.fail(error instanceof ProblemError ? error.problem : unexpected(error instanceof Error ? error.message : String(error)));
      if (!(error instanceof ProblemError)) throw error;
    }
  }

  /** @returns {Promise<void>} */
  async start() {
    throw new Error("a run must say how it starts");
  }

  /** Lets go of the source. */
  release() {}

  /** @param {boolean} _paused */
  pause(_paused) {}

  /** Opened, new or resumed. @param {Opened} _opened @param {number} _basisMs */
  onOpened(_opened, _basisMs) {}

  onLost() {}

  /** The user changed what counts while it runs. */
  onSettings() {}

  /** The camera is looked at with another quality. @param {number} side pixels that frames may have now */
  onQuality(side) {
    if (this.opened) this.opened = { ...this.opened, limits: { ...this.opened.limits, max_side: side } };
  }

  /** Another network, or one again: what the link waits for may be there. */
  onNetworkChange() {
    this.link?.hurry();
  }

  /** Twice a second. @param {number} _now ms */
  onBeat(_now) {}

  /** Whether frames are on their way, so that it is the server that is waited for. */
  get isOwed() {
    return true;
  }

  /** For how long the source has given no picture although it should. @param {number} _now ms @returns {number} ms */
  silentMs(_now) {
    return 0;
  }

  /** A frame was not counted; the stream continues. @param {import("../live/protocol.js").ProtocolError} error */
  refuse({ message }) {
    this.#refusals.add(message);
    this.say(tell(message));
  }

  /** Nothing counted yet: the figures of a run before are gone from the screen. */
  reset() {
    const { stage, history, announcer } = this.desk;
    stage.forget();
    history.clear();
    announcer.reset();
    this.fps.reset();
    this.#delayMs = null;
    this.#refusals.clear();
    this.store.set({ figures: null, zones: [], lines: [], counters: NO_COUNTERS, rates: NO_RATES, problem: null, ending: null, position: null, progress: null, paused: false, waiting: false, silent: false, notice: "", announcement: "" });
  }

  /** @param {import("../live/protocol.js").SourceKind} source @param {import("../live/protocol.js").Mode} mode */
  openLink(source, mode) {
    const { model } = this.store.get().settings;
    this.store.set({ phase: "connecting" });
    const wish = { camera: this.desk.camera, source, mode, ...(model ? { model } : {}), ...(this.resume ? { resume: this.resume } : {}) };
    this.link = new Link(wish, {
      opened: (opened, basisMs) => this.#open(opened, basisMs),
      lost: () => this.#lose(),
      closed: (reason, message) => this.#closed(reason, message),
      refused: (error) => this.#refused(error),
    }, this.desk.connect);
    this.link.start();
    this.#askedAt = performance.now();
    this.#beat = window.setInterval(() => this.#onBeat(), BEAT_MS);
  }

  /** An answer, to be shown with its own picture. @param {import("../canvas/stage.js").Shown} shown */
  show(shown) {
    const { stage, history, announcer } = this.desk;
    const { result } = shown;
    const now = performance.now();
    stage.show(shown);
    const figures = figuresOf(result, now);
    const people = peopleOf(figures);
    history.add(result.t, people);
    this.fps.tick(now);
    const { phase } = this.store.get();
    const said = announcer.say(now, people, result.unique);
    this.store.set({
      figures,
      zones: result.zones,
      lines: result.lines,
      counters: result.counters,
      waiting: false,
      silent: false,
      ...(said ? { announcement: said } : {}),
      ...(phase === "connecting" || phase === "reconnecting" ? { phase: "live" } : {}),
    });
  }

  /** Says one sentence beside the status, for a while. @param {string} notice */
  say(notice) {
    this.#noticeUntil = performance.now() + NOTICE_MS;
    this.store.set({ notice });
  }

  /** A frame reached the screen. @param {number} delayMs since it was captured */
  drawn(delayMs) {
    this.#delayMs = smooth(this.#delayMs, delayMs);
  }

  /** Ends the run and shows what it came to. */
  async stop() {
    if (this.over) return;
    const link = this.link;
    this.#finish();
    const summary = link ? await link.close() : null;
    this.store.set({ phase: "ended", paused: false, ending: this.ending(summary) });
  }

  /** @param {import("../capture/problem.js").Problem} problem */
  fail(problem) {
    this.#finish();
    this.link?.end();
    this.store.set({ phase: problem.phase, problem, paused: false, ending: null });
  }

  /** The page goes away. */
  leave() {
    this.#finish();
    this.link?.leave();
  }

  /** The user goes elsewhere without waiting for figures. */
  abandon() {
    const link = this.link;
    this.#finish();
    void link?.close();
  }

  /** @param {Summary | null} summary @returns {import("../live/run-state.js").Ending} */
  ending(summary) {
    const { figures, counters } = this.store.get();
    const last = figures ? peopleOf(figures) : NOT_KNOWN;
    const crowdPeak = figures?.crowdPeak ?? null;
    const crowded = crowdPeak === null ? "" : t("It was crowded: “People” counts only people with a box.");
    const note = (/** @type {string[]} */ ...parts) => parts.filter(Boolean).join(" ");
    if (summary) return { last, peak: summary.peak, crowdPeak, unique: summary.unique, frames: summary.counters.processed, durationMs: summary.duration_ms, note: note(this.#refusals.text, crowded) };
    return {
      last,
      peak: figures?.peak ?? 0,
      crowdPeak,
      unique: figures ? figures.unique : 0,
      frames: counters.processed,
      durationMs: this.desk.history.lastT,
      note: note(figures ? t("The connection was lost; these are the last figures that arrived.") : "", this.#refusals.text, crowded),
    };
  }

  #finish() {
    this.over = true;
    clearInterval(this.#beat);
    this.store.set({ rates: NO_RATES, waiting: false, silent: false });
    this.release();
  }

  /** @param {Opened} opened @param {number} basisMs */
  #open(opened, basisMs) {
    const again = this.opened !== null;
    this.opened = opened;
    if (!opened.resumed) {
      if (again) this.reset();
      const startedAt = this.store.get().source === "camera" ? serverClock.now() : 0;
      this.store.set({ startedAt });
      if (again) this.say(t("Counting starts again."));
    }
    this.onOpened(opened, basisMs);
  }

  #lose() {
    this.fps.reset();
    this.store.set({ phase: "reconnecting", waiting: false, silent: false });
    this.onLost();
  }

  /** @param {string} reason @param {string} message */
  #closed(reason, message) {
    if (this.over) return;
    this.fail((reason === "signed_out" && this.#signedOut()) || closedBy(reason, message));
  }

  /** @param {import("../live/protocol.js").ProtocolError} error */
  #refused(error) {
    this.fail((error.code === "UNAUTHENTICATED" && this.#signedOut()) || refused(error));
  }

  /** @returns {import("../capture/problem.js").Problem | null} */
  #signedOut() {
    if (this.desk.signedOut) return this.desk.signedOut();
    goToLogin();
    return null;
  }

  #onBeat() {
    const now = performance.now();
    const { figures, paused, phase, rates } = this.store.get();
    const late = !paused && figures !== null && isFlowing(phase) && now - figures.at > WAITING_MS;
    const silent = !paused && (isFlowing(phase) || (phase === "connecting" && this.opened !== null)) && this.silentMs(now) > WAITING_MS;
    const waiting = late && !silent && this.isOwed;
    const fps = figures && isFlowing(phase) && !paused ? this.fps.rate(now) : null;
    this.store.set({ waiting, silent, rates: { ...rates, fps, delayMs: isFlowing(phase) && !paused ? this.#delayMs : null } });
    if (phase === "connecting" && now - this.#askedAt > PATIENCE_MS && !this.opened) this.say(t("the server does not answer yet"));
    else if (this.store.get().notice && now > this.#noticeUntil) this.store.set({ notice: "" });
    this.onBeat(now);
  }
}

/** @param {import("../live/protocol.js").Result} result @param {number} at ms @returns {import("../live/run-state.js").Figures} */
function figuresOf(result, at) {
  const { count, count_low: low, count_high: high, saturated, known = true, crowd = null, crowd_peak: crowdPeak = null, advice = null, still = [], view = null, followed = true, peak, unique, t: time } = result;
  return { count, low, high, saturated, known, crowd, crowdPeak, advice, still, view, followed, full: result.rate.full, peak, unique, at, t: time };
}

/** @param {import("../live/run-state.js").Phase} phase */
function isFlowing(phase) {
  return phase === "live" || phase === "slow" || phase === "full";
}
