/** The JSON API. Errors of the server arrive as `ApiError` with its code and its sentence. */
import { serverClock } from "./clock.js";
import { t, tell } from "./words.js";

export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {number} [retryMs] when it may be asked again, where the server says so */
  constructor(status, code, message, retryMs = 0) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryMs = retryMs;
  }
}

/** Signed out meanwhile: sign in, then come back here. */
export function goToLogin() {
  const here = location.pathname + location.search + location.hash;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

/**
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @param {number} [patienceMs] after which a line that swallows everything counts as none; for what may be asked again
 * @returns {Promise<any>} the JSON answer, or null where there is none
 */
export async function api(method, path, body, patienceMs) {
  /** @type {Response} */
  let response;
  let text = "";
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "Content-Type": "application/json", Accept: "application/json" } : { Accept: "application/json" },
      body: body ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      signal: patienceMs ? AbortSignal.timeout(patienceMs) : undefined,
    });
    serverClock.hear(response.headers.get("date"));
    text = await response.text();
  } catch {
    throw new ApiError(0, "UNREACHABLE", t("The server cannot be reached just now."));
  }
  const data = text && response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
  if (response.ok) return data;
  if (response.status === 401) goToLogin();
  const error = data?.error ?? {};
  const sentence = error.message ? tell(error.message) : t("The server answered with status {status}.", { status: response.status });
  throw new ApiError(response.status, error.code ?? "FAILED", sentence, 1000 * (Number(response.headers.get("retry-after")) || 0));
}
