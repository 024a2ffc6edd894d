/** What the page of a joining device says. Pure. */
import { formatTenth } from "../core/format.js";
import { t } from "../ui/words.js";

/** @typedef {import("./guest-token.js").Invitation} Invitation */

/**
 * @typedef {object} Welcome
 * @property {string} title
 * @property {string} text
 * @property {string} go what the button says
 * @property {string} icon of the button
 */

/** @param {Invitation} invitation @returns {Welcome} */
export function welcome({ role, room }) {
  if (role === "operator") return { title: t("Join as an operator"), text: t("You will see all cameras of “{room}”, change zones and limits, and take alerts.", { room: room.name }), go: t("Join the room"), icon: "users" };
  if (role === "viewer") return { title: t("Join as a viewer"), text: t("You will see all cameras of “{room}” and their numbers.", { room: room.name }), go: t("Join the room"), icon: "users" };
  return { title: t("This phone becomes a camera"), text: t("It counts people for “{room}”. The browser asks for the camera after your tap.", { room: room.name }), go: t("Start the camera"), icon: "camera" };
}

/** Data as a phone's plan counts it. @param {number} bytes */
export function dataText(bytes) {
  if (bytes >= 1e9) return `${formatTenth(bytes / 1e9)} GB`;
  if (bytes >= 1e6) return `${formatTenth(bytes / 1e6)} MB`;
  return `${formatTenth(bytes / 1e3)} kB`;
}

/** What keeps this page from a camera, and what a phone can do about it. @param {import("../capture/problem.js").Problem} problem */
export function obstacleText({ code, text, advice }) {
  // The rest of it is for whoever sits at the server, or has a film.
  return [text, ...(code === "insecure" ? advice.slice(0, 1) : advice)].join(" ");
}

/** @returns {import("../capture/problem.js").Problem} */
export function invitationOver() {
  return {
    code: "invitation_over",
    phase: "ended",
    icon: "info",
    title: t("This invitation is over"),
    text: t("It expired, was used up, or was withdrawn. Nothing is sent any more. Ask for a new code."),
    advice: [],
    actions: [],
  };
}
