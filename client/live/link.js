/** One stream over one socket: opens it, keeps it through losses of connection, and ends it. */
import { io } from "socket.io-client";
import { forgetStorage, showStorage } from "../ui/storage-banner.js";

/** @typedef {import("./protocol.js").Answer} Answer */
/** @typedef {import("./protocol.js").Opened} Opened */
/** @typedef {import("./protocol.js").ProtocolError} ProtocolError */
/** @typedef {import("./protocol.js").Summary} Summary */

/**
 * @typedef {object} Wish what to open
 * @property {string} camera
 * @property {import("./protocol.js").SourceKind} source
 * @property {import("./protocol.js").Mode} mode
 * @property {string} [model]
 * @property {string} [resume] a stream that a page before this one left behind
 *
 * @typedef {object} LinkEvents
 * @property {(opened: Opened, basisMs: number) => void} opened a stream is open, anew or again
 * @property {() => void} lost the connection went; the link tries again by itself
 * @property {(reason: string, message: string) => void} closed the server ended the stream; the link has ended
 * @property {(error: ProtocolError) => void} refused it cannot be opened; the link has ended
 *
 * @typedef {Pick<import("socket.io-client").Socket, "connected" | "active" | "connect" | "disconnect" | "on" | "emit" | "timeout">} Wire
 */

/** The connection went before the answer came. */
export class LinkLost extends Error {}

const OPEN_TIMEOUT_MS = 10000;
/** A hung vision process is replaced within 15 s; only a dead connection is silent for longer. */
const FRAME_TIMEOUT_MS = 20000;
const RETRY_MS = 1000;
/** An attempt that a dead line swallows must not hold up the one after it; a slow line gets its time when that fails again and again. */
const QUICK_MS = 3500;
const PATIENT_MS = 10000;
const QUICK_TRIES = 6;
const VERDICT_MS = 2000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["SHUTTING_DOWN", "ENGINE_UNAVAILABLE", "RATE_LIMITED", "INTERNAL", "STORAGE_UNAVAILABLE"]);

/** @typedef {(give: (credentials: Record<string, unknown>) => void) => void} Credentials asked for at each connection */

/** @param {Credentials} [auth] without it the session of the browser counts @returns {import("socket.io-client").Socket} */
export function connectToServer(auth) {
  const socket = io({
    ...(auth ? { auth } : {}),
    autoConnect: false,
    forceNew: true,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 1000,
    randomizationFactor: 0.3,
    timeout: QUICK_MS,
  });
  socket.io.on("reconnect_attempt", (attempt) => socket.io.timeout(attempt > QUICK_TRIES && attempt % 2 ? PATIENT_MS : QUICK_MS));
  socket.on("connect", forgetStorage);
  socket.on("storage", showStorage);
  return socket;
}

export class Link {
  /** @type {Opened | null} */
  #opened = null;
  /** @type {string | undefined} */
  #resume;
  #ended = false;
  #retry = 0;
  #opening = false;
  /** @type {Array<() => void>} */
  #waiting = [];

  /** @param {Wish} wish @param {LinkEvents} events @param {() => Wire} [connect] */
  constructor({ resume, ...wish }, events, connect = () => connectToServer()) {
    this.wish = wish;
    this.#resume = resume;
    this.events = events;
    this.socket = connect();
    this.#listen();
  }

  get isOpen() {
    return this.#opened !== null && this.socket.connected;
  }

  get hasEnded() {
    return this.#ended;
  }

  start() {
    this.socket.connect();
  }

  /** Resolves when a stream is open; at once if one is. */
  async whenOpen() {
    while (!this.isOpen && !this.#ended) await new Promise((resolve) => this.#waiting.push(() => resolve(null)));
    if (this.#ended) throw new LinkLost("The stream has ended.");
  }

  /** Tries at once: the network came back, or the page is looked at again. */
  hurry() {
    if (!this.#ended && !this.socket.connected) this.socket.connect();
  }

  /** The connection is silent for too long: take another one. */
  reconnect() {
    if (this.#ended) return;
    this.socket.disconnect();
    this.socket.connect();
  }

  /**
   * @param {number} seq @param {number} t ms @param {ArrayBuffer} jpeg
   * @returns {Promise<Answer>} rejected with LinkLost when the connection goes first
   */
  frame(seq, t, jpeg) {
    const opened = this.#opened;
    if (!opened || !this.socket.connected) return Promise.reject(new LinkLost());
    return new Promise((resolve, reject) => {
      this.socket.timeout(FRAME_TIMEOUT_MS).emit("frame", { stream: opened.stream, seq, t, jpeg }, (/** @type {Error | null} */ lost, /** @type {Answer} */ answer) => {
        if (lost) {
          if (this.socket.connected && this.#opened === opened) this.reconnect();
          reject(new LinkLost());
          return;
        }
        resolve(answer);
        if (answer.error?.code === "UNKNOWN_STREAM" && this.#opened === opened) this.#reopen();
      });
    });
  }

  /**
   * Asks something else of the stream.
   * @param {string} event @param {Record<string, unknown>} payload
   * @returns {Promise<{error?: ProtocolError} | null>} the answer; null when the server could not be asked
   */
  ask(event, payload) {
    const opened = this.#opened;
    if (!opened || !this.socket.connected) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.socket.timeout(OPEN_TIMEOUT_MS).emit(event, { stream: opened.stream, ...payload }, (/** @type {Error | null} */ lost, /** @type {{error?: ProtocolError}} */ answer) => resolve(lost ? null : answer));
    });
  }

  /** Ends the stream. @returns {Promise<Summary | null>} null when the server could not be asked */
  async close() {
    const summary = await this.#closeStream();
    this.end();
    return summary;
  }

  /** Ends this stream and opens a new one: everything is counted from the start. @returns {Promise<Summary | null>} */
  async again() {
    const summary = await this.#closeStream();
    this.#resume = undefined;
    if (this.socket.connected) this.#open();
    return summary;
  }

  /** The page goes away: tell the server without waiting. */
  leave() {
    if (this.#opened && this.socket.connected) this.socket.emit("stream_close", { stream: this.#opened.stream });
    this.end();
  }

  end() {
    this.#ended = true;
    this.#opened = null;
    clearTimeout(this.#retry);
    this.socket.disconnect();
    this.#wake();
  }

  #listen() {
    this.socket.on("connect", () => this.#open());
    this.socket.on("disconnect", () => {
      this.#drop();
      this.#connectLater(RETRY_MS);
    });
    this.socket.on("connect_error", (/** @type {Error & {data?: ProtocolError}} */ error) => {
      if (error.data?.code === "UNAUTHENTICATED") this.#refuse(error.data);
      else if (!this.socket.active) this.#connectLater(RETRY_MS);
    });
    this.socket.on("stream_closed", (/** @type {{stream: string, reason: string, message?: string}} */ gone) => {
      if (this.#ended || gone.stream !== this.#resume) return;
      this.end();
      this.events.closed(gone.reason, gone.message ?? "");
    });
    this.socket.on("going_away", (/** @type {{retry_ms?: number}} */ notice) => {
      if (this.#ended) return;
      this.#drop();
      this.socket.disconnect();
      this.#connectLater(notice.retry_ms ?? RETRY_MS);
    });
  }

  #drop() {
    if (!this.#opened) return;
    this.#opened = null;
    if (!this.#ended) this.events.lost();
  }

  /** Where the library does not reconnect by itself (the server closed it), this does. @param {number} delay ms */
  #connectLater(delay) {
    if (this.#ended || this.socket.active) return;
    clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => this.hurry(), delay);
  }

  /** The server has forgotten the stream. If another window took it over, its `stream_closed` is about to say so. */
  #reopen() {
    this.#drop();
    clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => this.socket.connected && this.#open(), VERDICT_MS);
  }

  #open() {
    if (this.#ended || this.#opening) return;
    this.#opening = true;
    const asked = performance.now();
    const wish = { ...this.wish, ...(this.#resume ? { resume: this.#resume } : {}) };
    this.socket.timeout(OPEN_TIMEOUT_MS).emit("stream_open", wish, (/** @type {Error | null} */ lost, /** @type {Opened & {error?: ProtocolError}} */ answer) => {
      this.#opening = false;
      if (this.#ended) return;
      if (lost) {
        if (this.socket.connected) this.reconnect();
      } else if (answer.error && PASSING.has(answer.error.code)) {
        clearTimeout(this.#retry);
        this.#retry = window.setTimeout(() => (this.socket.connected ? this.#open() : this.hurry()), RETRY_MS);
      } else if (answer.error) {
        this.#refuse(answer.error);
      } else {
        this.#opened = answer;
        this.#resume = answer.stream;
        this.events.opened(answer, performance.now() - asked);
        this.#wake();
      }
    });
  }

  /** @param {ProtocolError} error */
  #refuse(error) {
    this.end();
    this.events.refused(error);
  }

  /** @returns {Promise<Summary | null>} */
  #closeStream() {
    const opened = this.#opened;
    this.#opened = null;
    if (!opened || !this.socket.connected) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.socket.timeout(OPEN_TIMEOUT_MS).emit("stream_close", { stream: opened.stream }, (/** @type {Error | null} */ lost, /** @type {{summary?: Summary}} */ answer) => {
        resolve(lost ? null : (answer.summary ?? null));
      });
    });
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
