/** Sends a file in pieces; what the network loses is sent again, and what was sent need not be. */
import { Upload } from "tus-js-client";
import { tell, t } from "../ui/words.js";

const PIECE_BYTES = 8 * 1024 * 1024;
const AGAIN_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000];
/** Refusals that pass, besides those of the server's own (5xx): too slow, another request was first, too many. */
const PASSING = [408, 409, 423, 429];
const ENDPOINT = "/api/recordings/uploads";

/**
 * @typedef {object} Watcher
 * @property {(sent: number, size: number, leftMs: number | null) => void} progress
 * @property {() => void} done
 * @property {(message: string) => void} failed it can be resumed still
 */

/** @param {import("tus-js-client").DetailedError | Error} error @returns {string} */
function reason(error) {
  const answer = "originalResponse" in error ? error.originalResponse : null;
  if (!answer) return t("The server cannot be reached just now.");
  try {
    return tell(JSON.parse(answer.getBody()).error.message);
  } catch {
    return t("The server answered with status {status}.", { status: answer.getStatus() });
  }
}

export class Sender {
  #begunAt = 0;
  #begunWith = 0;

  /**
   * @param {File} file
   * @param {{[name: string]: string}} metadata
   * @param {Watcher} watcher
   * @param {string | null} [address] of an upload that goes on
   */
  constructor(file, metadata, watcher, address = null) {
    this.watcher = watcher;
    this.upload = new Upload(file, {
      endpoint: ENDPOINT,
      ...(address ? { uploadUrl: address } : {}),
      chunkSize: PIECE_BYTES,
      retryDelays: AGAIN_MS,
      // Nothing about files is left in the browser: the list of recordings knows what can be resumed.
      storeFingerprintForResuming: false,
      metadata: { filename: file.name, recorded_at: String(file.lastModified), ...metadata },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status >= 500 || PASSING.includes(status);
      },
      onProgress: (sent, size) => this.#tell(sent, size ?? file.size),
      onSuccess: () => watcher.done(),
      onError: (error) => watcher.failed(reason(error)),
    });
  }

  start() {
    this.#begunAt = 0;
    this.upload.start();
  }

  /** What is on its way is sent again later. @returns {Promise<void>} */
  pause() {
    return this.upload.abort();
  }

  /** Gives the file up, here and on the server. @returns {Promise<void>} */
  cancel() {
    return this.upload.abort(true);
  }

  /** @param {number} sent @param {number} size */
  #tell(sent, size) {
    const now = performance.now();
    if (!this.#begunAt) {
      this.#begunAt = now;
      this.#begunWith = sent;
    }
    const rate = (sent - this.#begunWith) / (now - this.#begunAt);
    this.watcher.progress(sent, size, rate > 0 && now - this.#begunAt > 2000 ? (size - sent) / rate : null);
  }
}
