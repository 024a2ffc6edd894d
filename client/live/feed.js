/** A room over one socket: enters it, keeps it through losses of connection, and acknowledges what was shown. */
import { connectToServer } from "./link.js";

/** @typedef {import("../wall/types.js").Pictures} Pictures */
/** @typedef {import("./protocol.js").ProtocolError} ProtocolError */

/**
 * @typedef {object} FeedEvents
 * @property {(room: import("../wall/types.js").Room, snapshot: import("../wall/types.js").Snapshot) => void} entered
 * @property {(update: import("../wall/types.js").RoomUpdate, shown: () => void) => void} updated `shown` asks for the next one
 * @property {(event: Record<string, any>) => void} happened
 * @property {() => void} lost
 * @property {(error: ProtocolError) => void} refused for good
 * @property {() => void} signedOut
 *
 * @typedef {object} Wish
 * @property {Pictures | null} pictures
 * @property {string | null} focus id of the enlarged camera
 */

const ANSWER_MS = 10000;
const RETRY_MS = 1000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["SHUTTING_DOWN", "RATE_LIMITED", "INTERNAL", "TOO_MANY_CONNECTIONS", "STORAGE_UNAVAILABLE"]);
const SIGNED_OUT = new Set(["UNAUTHENTICATED", "INVALID_TOKEN", "TOKEN_EXPIRED"]);

export class Feed {
  #inside = false;
  #over = false;
  #retry = 0;
  /** @type {Wish} */
  #wish = { pictures: null, focus: null };

  /** @param {string} room id @param {FeedEvents} events @param {() => import("./link.js").Wire} [connect] */
  constructor(room, events, connect = () => connectToServer()) {
    this.room = room;
    this.events = events;
    this.socket = connect();
    this.#listen();
  }

  /** @param {Wish} wish */
  start(wish) {
    this.#wish = wish;
    this.socket.connect();
  }

  /** @param {Wish} wish */
  view(wish) {
    this.#wish = wish;
    if (this.#inside) this.#ask("room_view", { room: this.room, ...wish });
  }

  /** @param {string | null} camera which one is being edited here */
  edit(camera) {
    if (this.#inside) this.#ask("room_editing", { room: this.room, camera });
  }

  hurry() {
    if (!this.#over && !this.socket.connected) this.socket.connect();
  }

  end() {
    this.#over = true;
    clearTimeout(this.#retry);
    if (this.#inside) this.socket.emit("room_leave", { room: this.room });
    this.socket.disconnect();
  }

  #listen() {
    const { socket, events } = this;
    socket.on("connect", () => void this.#enter());
    socket.on("disconnect", () => this.#away());
    socket.on("connect_error", (/** @type {Error & {data?: ProtocolError}} */ error) => {
      if (error.data && SIGNED_OUT.has(error.data.code)) this.#stop(events.signedOut);
      else if (!socket.active) this.#later();
    });
    socket.on("room_update", (/** @type {import("../wall/types.js").RoomUpdate} */ update, /** @type {() => void} */ shown) => {
      if (update.room === this.room) events.updated(update, shown);
      else shown();
    });
    socket.on("room_event", (/** @type {Record<string, any>} */ event) => {
      if (event.room === this.room) events.happened(event);
    });
    socket.on("room_closed", (/** @type {{room: string, reason: string, message: string}} */ { room, reason, message }) => {
      if (room === this.room) this.#stop(() => events.refused({ code: reason, message }));
    });
    socket.on("session_ended", (/** @type {{reason: string}} */ { reason }) => {
      if (reason !== "expired") this.#stop(events.signedOut);
    });
  }

  async #enter() {
    const answer = await this.#ask("room_enter", { room: this.room, pictures: this.#wish.pictures });
    if (this.#over || !this.socket.connected) return;
    if (!answer || PASSING.has(answer.error?.code)) return this.#later();
    if (answer.error) return this.#stop(() => this.events.refused(answer.error));
    this.#inside = true;
    this.events.entered(answer.room, answer.snapshot);
    if (this.#wish.focus) this.view(this.#wish);
  }

  /** @param {string} event @param {object} payload @returns {Promise<any>} the answer; null when none came */
  #ask(event, payload) {
    return new Promise((resolve) => {
      this.socket.timeout(ANSWER_MS).emit(event, payload, (/** @type {Error | null} */ lost, /** @type {any} */ answer) => resolve(lost ? null : answer));
    });
  }

  #away() {
    const was = this.#inside;
    this.#inside = false;
    if (was && !this.#over) this.events.lost();
    this.#later();
  }

  /** Where the library does not reconnect by itself (the server closed it, or did not let in), this does. */
  #later() {
    if (this.#over) return;
    clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => {
      if (this.socket.connected && !this.#inside) void this.#enter();
      else if (!this.socket.active) this.hurry();
    }, RETRY_MS);
  }

  /** @param {() => void} tell */
  #stop(tell) {
    if (this.#over) return;
    this.end();
    tell();
  }
}
