/** Sends what must arrive, again and again until the server answers; for requests that do the same when they come twice. */
import { api, ApiError } from "./api.js";

const AGAIN_MS = 2000;
/** On a line that swallows everything a request would wait for minutes, and nobody would hear of it. */
const PATIENCE_MS = 8000;
/** Who is away for longer looks at the list again before saying anything. */
const GIVE_UP_MS = 600000;

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      resolve(null);
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done);
  });
}

/** @param {unknown} error @returns {boolean} whether the server could not be asked, or could not store it */
function passes(error) {
  return error instanceof ApiError && (error.code === "UNREACHABLE" || error.status === 502 || error.status === 503 || error.status === 504);
}

/**
 * @param {() => Promise<T>} ask
 * @param {(error: Error) => void} waiting told once, when it did not arrive at once
 * @param {(ms: number) => Promise<unknown>} [sleep]
 * @param {() => number} [clock] ms
 * @returns {Promise<T>}
 * @template T
 */
export async function untilAnswered(ask, waiting, sleep = pause, clock = () => performance.now()) {
  const began = clock();
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || !(error instanceof Error) || clock() - began > GIVE_UP_MS) throw error;
      if (tries === 0) waiting(error);
      await sleep(AGAIN_MS);
    }
  }
}

/**
 * A POST that does the same when it comes twice, such as acknowledging an alert.
 * @param {string} path @param {object} body @param {(error: Error) => void} waiting
 * @returns {Promise<any>}
 */
export function postUntilAnswered(path, body, waiting) {
  return untilAnswered(() => api("POST", path, body, PATIENCE_MS), waiting);
}
