/**
 * Tells a dead connection from a slow answer. After a tunnel or a change of network a socket may stay silent for long
 * although the way is free again; a small question beside it finds out.
 */

/** So long without an answer is suspicious; a busy machine and a narrow way answer sooner. */
const SUSPICIOUS_MS = 5000;
/** A way that is only narrow must not be given a new connection over and over. */
const REST_MS = 15000;
const ASK_MS = 3000;

/** @returns {Promise<boolean>} whether the server answers at all */
async function askServer() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ASK_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

export class Lifeline {
  #asking = false;
  #cut = false;
  #revivedAt = -Infinity;

  /** @param {() => void} revive takes another connection @param {() => Promise<boolean>} [ask] */
  constructor(revive, ask = askServer) {
    this.revive = revive;
    this.ask = ask;
  }

  /** @param {number} now ms @param {number} silentMs how long the oldest question has no answer */
  async look(now, silentMs) {
    if (silentMs < SUSPICIOUS_MS) this.#cut = false;
    if (silentMs < SUSPICIOUS_MS || this.#asking || now - this.#revivedAt < REST_MS) return;
    this.#asking = true;
    const answers = await this.ask();
    this.#asking = false;
    // It was away and is back, or it answers others and not the socket: that one hangs on a way that is gone.
    if (answers && (this.#cut || silentMs > 2 * SUSPICIOUS_MS)) {
      this.#cut = false;
      this.#revivedAt = now;
      this.revive();
    } else if (!answers) {
      this.#cut = true;
    }
  }
}
