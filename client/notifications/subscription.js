/** This browser's subscription to pushes. */
import { t } from "../ui/words.js";

export const WORKER = "/push-worker.js";
/** Its own corner of the site: a worker that keeps pages for bad networks may have the rest. */
export const SCOPE = "/push/";

/**
 * What stands between this browser and a push.
 * @param {{secure: boolean, worker: boolean, push: boolean, notification: boolean, apple: boolean, standalone: boolean}} browser
 * @returns {"ready" | "insecure" | "install" | "unsupported"}
 */
export function judge(browser) {
  if (!browser.secure) return "insecure";
  if (browser.worker && browser.push && browser.notification) return "ready";
  return browser.apple && !browser.standalone ? "install" : "unsupported";
}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
export function decodeKey(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (char) => char.charCodeAt(0));
}

/** @param {string} agent the browser's User-Agent @returns {string} what the channel is called */
export function nameBrowser(agent) {
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrom(e|ium)\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : t("Browser");
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : /Mac OS X/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return system ? t("{browser} on {system}", { browser, system }) : browser;
}

/**
 * Subscribe; a subscription made with another key of this server would be of no use and is replaced.
 * @param {string} key the server's public key
 * @returns {Promise<PushSubscription>}
 */
export async function subscribe(key) {
  await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const registration = await active();
  const options = { userVisibleOnly: true, applicationServerKey: decodeKey(key) };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    const old = await registration.pushManager.getSubscription();
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError" || !old) throw error;
    await old.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

/** The registration once its worker runs; `ready` waits for a worker of this very page, which it is not. */
async function active() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  if (!registration) throw new Error("The worker was not kept.");
  const coming = registration.installing ?? registration.waiting;
  if (!registration.active && coming) {
    await new Promise((resolve, reject) => {
      coming.addEventListener("statechange", () => {
        if (coming.state === "activated") resolve(undefined);
        if (coming.state === "redundant") reject(new Error("The worker could not be installed."));
      });
    });
  }
  return registration;
}
