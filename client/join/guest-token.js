/** What an invitation gives to this device: a camera of the room, and the token with which it may stream. */
import { api } from "../ui/api.js";

/**
 * @typedef {"camera" | "viewer" | "operator"} Role
 *
 * @typedef {object} Invitation
 * @property {{name: string}} room
 * @property {Role} role
 * @property {string} expires_at ISO 8601
 *
 * @typedef {object} Guest
 * @property {{id: string, name: string}} camera
 * @property {string} token
 * @property {number} expires_in seconds
 */

/** Renewed so long before it is over. */
const MARGIN_MS = 60000;

export class Pass {
  /** @type {Guest | null} */
  #guest = null;
  #until = 0;
  #name = "";

  /** @param {string} code @param {(error: unknown) => void} refused the invitation is over, or the server does not give a token */
  constructor(code, refused) {
    this.path = `/api/join/${encodeURIComponent(code)}`;
    this.refused = refused;
  }

  /** @returns {Promise<Invitation>} @throws {import("../ui/api.js").ApiError} */
  look() {
    return api("GET", this.path);
  }

  /** Joins as a camera. The same device gets the same camera again. @param {string} name @returns {Promise<Guest>} */
  async enter(name) {
    this.#name = name;
    /** @type {Guest} */
    const guest = await api("POST", this.path, name ? { name } : {});
    this.#guest = guest;
    this.#until = Date.now() + guest.expires_in * 1000;
    return guest;
  }

  /** Joins with an account. @returns {Promise<{room: {id: string}, role: Role}>} */
  join() {
    return api("POST", this.path, {});
  }

  /** For each connection: a token that still holds. @type {import("../live/link.js").Credentials} */
  credentials = (give) => {
    const guest = this.#guest;
    if (guest && Date.now() < this.#until - MARGIN_MS) return give({ camera_token: guest.token });
    this.enter(this.#name).then(
      ({ token }) => give({ camera_token: token }),
      (error) => {
        this.refused(error);
        give({ camera_token: guest?.token ?? "" });
      },
    );
  };
}
