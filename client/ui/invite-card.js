/** A new invitation as it is handed over: a code to scan, a link to copy or to share. Shown once. */
import { element, icon, setText } from "./dom.js";
import { locale, t, tn } from "./words.js";

/**
 * @typedef {"camera" | "viewer" | "operator"} InviteRole
 *
 * @typedef {object} Invite
 * @property {string} id
 * @property {InviteRole} role
 * @property {string} expires_at ISO 8601
 * @property {number} max_uses
 * @property {number} uses
 * @property {string | null} revoked_at
 *
 * @typedef {{invite: Invite, url: string, qr: string}} NewInvite `qr`: an SVG
 */

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** @param {string} iso */
export function momentText(iso) {
  return moment.format(new Date(iso));
}

/** A code that leads a phone to itself is of no use; better said before than found out at the gate. @param {string} url */
function isOnlyHere(url) {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** @param {string} url @returns {string} what keeps phones from it; empty where nothing does */
export function reachNote(url) {
  if (isOnlyHere(url)) return t("This address works on this machine only. For phones, open this page by an https address that they can reach, then make the code again.");
  if (new URL(url).protocol !== "https:") return t("Phones give a camera only to https addresses. Ask whoever runs the server for one.");
  return "";
}

/** As a picture, which can do nothing but be looked at. @param {string} svg @returns {string} */
function pictureOf(svg) {
  const named = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(named)}`;
}

/** @param {string} url @param {HTMLElement} said */
function copyButton(url, said) {
  const button = element("button", { type: "button", class: "button" }, icon("copy"), t("Copy the link"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(url);
      setText(said, t("Copied."));
    } catch {
      setText(said, t("The browser does not allow copying; select the link instead."));
    }
  });
  return button;
}

/** @param {string} url @param {string} title */
function shareButton(url, title) {
  const button = element("button", { type: "button", class: "button" }, icon("send"), t("Share"));
  button.hidden = !("share" in navigator);
  button.addEventListener("click", () => {
    // Closing the system's sheet is no failure.
    navigator.share({ title, url }).catch((error) => console.info("Not shared:", error.message));
  });
  return button;
}

/** @param {NewInvite} made @param {string} title @returns {HTMLElement} */
export function inviteCard({ invite, url, qr }, title) {
  const code = element("img", { class: "invite-code", alt: t("QR code of the link"), src: pictureOf(qr) });
  const link = element("input", { type: "text", readonly: "", class: "invite-link", "aria-label": t("Link"), value: url });
  link.addEventListener("focus", () => link.select());
  const said = element("p", { class: "hint", role: "status" });
  const until = t("Holds until {time}", { time: momentText(invite.expires_at) });
  const uses = tn("for {n} device", "for {n} devices", invite.max_uses);
  const once = t("It is shown this once.");
  const note = reachNote(url);
  return element(
    "div",
    { class: "invite-card" },
    code,
    link,
    element("div", { class: "actions" }, copyButton(url, said), shareButton(url, title)),
    said,
    element("p", { class: "hint" }, `${until}, ${uses}. ${once}`),
    ...(note && invite.role === "camera" ? [element("p", { class: "notice invite-note" }, icon("triangle-alert"), note)] : []),
  );
}

/** @param {NewInvite} made @param {string} title @param {string} text @param {Node[]} [more] below the code @returns {HTMLDialogElement} open */
export function showInvite(made, title, text, more = []) {
  const close = element("button", { class: "button", value: "close" }, t("Close"));
  const form = element("form", { method: "dialog", class: "stack" }, element("h2", { id: "invite-title" }, title), element("p", {}, text), inviteCard(made, title), ...more, element("div", { class: "actions" }, close));
  const dialog = element("dialog", { "aria-labelledby": "invite-title", class: "invite-dialog" }, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
