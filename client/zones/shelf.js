/** Where a camera's plan is stored: the server's shelf, and what a page does with it before it is left. */
import { api } from "../ui/api.js";
import { byId } from "../ui/dom.js";
import { decodePlan, encodePlan } from "./plan-json.js";

/** @param {string} path @returns {import("./plan-sync.js").Shelf} */
export function shelfAt(path) {
  const read = (/** @type {{version: number, plan: unknown}} */ { version, plan }) => ({ version, plan: decodePlan(plan) });
  return {
    get: async () => read(await api("GET", path)),
    put: async ({ version, plan }) => read(await api("PUT", path, { version, plan: encodePlan(plan) })),
  };
}

/** @param {import("./plan-sync.js").Saver} saver @param {string} path @param {() => void} refresh looks whether somebody stored another plan */
export function wireSaving(saver, path, refresh) {
  byId("zone-again", HTMLButtonElement).addEventListener("click", () => void saver.flush());
  // The last change is a moment old when a page is left: it goes along.
  window.addEventListener("pagehide", () => {
    const unsaved = saver.unsaved;
    if (!unsaved || saver.state === "conflict") return;
    const body = JSON.stringify({ version: unsaved.version, plan: encodePlan(unsaved.plan) });
    void fetch(path, { method: "PUT", keepalive: true, body, headers: { "Content-Type": "application/json" } });
  });
  // A page that comes back from the browser's cache does not know how that went.
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  window.addEventListener("beforeunload", (event) => {
    if (saver.state === "conflict" || saver.state === "failed") event.preventDefault();
  });
}
