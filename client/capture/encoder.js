/** Pictures to JPEG: in a worker where the browser can, on the page where it cannot. */

/**
 * @typedef {object} Encoded
 * @property {ArrayBuffer} jpeg
 * @property {ImageBitmap} bitmap the same picture, back from the worker
 *
 * @typedef {{id: number, bitmap: ImageBitmap, jpeg?: ArrayBuffer, failure?: string}} Reply
 */

export class Encoder {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, {resolve: (encoded: Encoded) => void, reject: (error: Error) => void, quality: number}>} */
  #pending = new Map();
  #next = 1;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  /** @type {HTMLCanvasElement | null} */
  #canvas = null;

  /** @param {string} workerUrl */
  constructor(workerUrl) {
    if (typeof OffscreenCanvas === "undefined" || !("convertToBlob" in OffscreenCanvas.prototype)) return;
    this.#worker = new Worker(workerUrl);
    this.#worker.onmessage = (/** @type {MessageEvent<Reply>} */ event) => this.#take(event.data);
    this.#worker.onerror = () => this.#giveUpWorker();
  }

  /**
   * One after the other, so that pictures leave in the order in which they were taken.
   * @param {ImageBitmap} bitmap taken over; comes back in the answer
   * @param {number} quality 0..1
   * @returns {Promise<Encoded>}
   */
  encode(bitmap, quality) {
    const turn = this.#turn.then(() => (this.#worker ? this.#inWorker(this.#worker, bitmap, quality) : this.#here(bitmap, quality)));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** @param {Worker} worker @param {ImageBitmap} bitmap @param {number} quality @returns {Promise<Encoded>} */
  #inWorker(worker, bitmap, quality) {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#pending.set(id, { resolve, reject, quality });
      worker.postMessage({ id, bitmap, quality }, [bitmap]);
    });
  }

  /** @param {Reply} reply */
  #take({ id, bitmap, jpeg }) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (!pending) {
      bitmap.close();
    } else if (jpeg) {
      pending.resolve({ jpeg, bitmap });
    } else {
      // The worker has no 2D canvas (older Safari): this picture and all later ones are made here.
      this.#worker?.terminate();
      this.#worker = null;
      this.#here(bitmap, pending.quality).then(pending.resolve, pending.reject);
    }
  }

  /** Its script did not run; pictures on their way are lost, the next ones are made here. */
  #giveUpWorker() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#pending.values()) reject(new Error("The worker that makes JPEGs failed."));
    this.#pending.clear();
  }

  /** @param {ImageBitmap} bitmap @param {number} quality @returns {Promise<Encoded>} */
  async #here(bitmap, quality) {
    const canvas = (this.#canvas ??= document.createElement("canvas"));
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob) throw new Error("The browser made no JPEG of the picture.");
    return { jpeg: await blob.arrayBuffer(), bitmap };
  }
}
