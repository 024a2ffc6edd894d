/** Sends every frame of a file: in order, none skipped, and again where the connection or the server failed it. */
import { LinkLost } from "./link.js";

/** @typedef {import("./protocol.js").Processed} Processed */

/**
 * @typedef {object} DeliverLink the part of a Link that is used here
 * @property {() => Promise<void>} whenOpen
 * @property {(seq: number, t: number, jpeg: ArrayBuffer) => Promise<import("./protocol.js").Answer>} frame
 *
 * @typedef {{fate: "processed", answer: Processed} | {fate: "taken"} | {fate: "refused", error: import("./protocol.js").ProtocolError}} Fate
 */

/** The server's trouble, not the frame's: the same frame again, with a new number. */
const AGAIN = new Set(["ENGINE_RESTARTED", "ENGINE_UNAVAILABLE", "SHUTTING_DOWN", "RATE_LIMITED", "UNKNOWN_STREAM", "SEQ_OUT_OF_ORDER"]);
const WAIT_MS = 500;

export class Delivery {
  #next = 1;
  #taken = 1;
  #over = false;

  /** @param {DeliverLink} link @param {(ms: number) => Promise<void>} [sleep] */
  constructor(link, sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))) {
    this.link = link;
    this.sleep = sleep;
  }

  /** @param {number} nextSeq smallest number that the server takes */
  opened(nextSeq) {
    this.#next = Math.max(this.#next, nextSeq);
    this.#taken = nextSeq;
  }

  /** Frames still waiting belong to a stream that is no more. */
  giveUp() {
    this.#over = true;
  }

  /**
   * @param {number} t ms @param {ArrayBuffer} jpeg
   * @returns {Promise<Fate>} `taken`: the server had it when the connection went; its answer is lost, its count is not
   */
  async send(t, jpeg) {
    let seq = this.#next++;
    for (;;) {
      await this.link.whenOpen();
      if (this.#over || seq < this.#taken) return { fate: "taken" };
      try {
        const answer = await this.link.frame(seq, t, jpeg);
        if (answer.error && !AGAIN.has(answer.error.code)) return { fate: "refused", error: answer.error };
        if (!answer.error && answer.status === "processed") return { fate: "processed", answer };
        if (answer.error) await this.sleep(WAIT_MS);
        seq = this.#next++;
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
        await this.sleep(0);
      }
    }
  }
}
