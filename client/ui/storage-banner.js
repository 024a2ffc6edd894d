/** Says above everything that the server stores nothing just now; `storage` of docs/protocol.md. */
import { icon } from "./dom.js";
import { tell } from "./words.js";

/** @typedef {{kept: boolean, message: string}} StorageNotice */

const ID = "storage-banner";

/** @param {StorageNotice} notice `message` is the server's, in the language of the page where it is known */
export function showStorage({ kept, message }) {
  document.getElementById(ID)?.remove();
  if (kept) return;
  const banner = document.createElement("p");
  banner.id = ID;
  banner.className = "storage-banner";
  banner.setAttribute("role", "alert");
  const text = document.createElement("span");
  text.textContent = tell(message);
  banner.append(icon("triangle-alert"), text);
  (document.querySelector("main") ?? document.body).prepend(banner);
}

/** A new connection takes it for granted that all is well; if not, the server says so within a second. */
export function forgetStorage() {
  document.getElementById(ID)?.remove();
}
