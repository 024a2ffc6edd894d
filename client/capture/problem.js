/** Every way in which a picture cannot be had, as what a person is told and can do. Pure. */
import { t, tell } from "../ui/words.js";
import { deniedAdvice } from "./advice.js";

/**
 * @typedef {"retry" | "camera" | "file" | "here" | "cameras"} ProblemAction
 *
 * @typedef {object} Problem
 * @property {string} code
 * @property {"denied" | "error" | "ended"} phase
 * @property {string} icon
 * @property {string} title
 * @property {string} text
 * @property {readonly string[]} advice
 * @property {readonly ProblemAction[]} actions first one is the main one
 * @property {import("./readable.js").Unreadable} [unreadable] why the browser cannot read a file, where that is the problem
 *
 * @typedef {object} Place where the page runs
 * @property {boolean} secure
 * @property {boolean} hasCamera whether the browser offers cameras to this page at all
 * @property {string} agent user agent
 * @property {string} host
 */

/** @param {Partial<Problem> & {code: string, title: string, text: string}} parts @returns {Problem} */
function problem(parts) {
  return { phase: "error", icon: "triangle-alert", advice: [], actions: ["retry", "file"], ...parts };
}

/** The page cannot have a camera, whatever the user allows. @param {Place} place @returns {Problem | null} */
export function problemOfPlace({ secure, hasCamera, host }) {
  if (hasCamera) return null;
  if (!secure) {
    return problem({
      code: "insecure",
      icon: "shield-alert",
      title: t("This address is not secure"),
      text: t("Browsers give a camera only to pages opened with https."),
      advice: [t("Open https://{host} instead, if this server has a certificate.", { host }), t("On the machine that runs the server, open http://localhost."), t("A video file works here too.")],
      actions: ["file"],
    });
  }
  return problem({ code: "unsupported", icon: "camera-off", title: t("This browser has no camera access"), text: t("It offers no way to use a camera from a page."), advice: [t("Use a current Chrome, Edge, Firefox or Safari."), t("Inside another app, open the page in the browser itself.")], actions: ["file"] });
}

/** Names that browsers give to failures of getUserMedia, old and new. */
const DENIED = ["NotAllowedError", "PermissionDeniedError", "SecurityError"];
const NONE = ["NotFoundError", "DevicesNotFoundError", "OverconstrainedError", "ConstraintNotSatisfiedError"];
const BUSY = ["NotReadableError", "TrackStartError", "AbortError", "SourceUnavailableError"];

/** @param {{name: string, message: string}} error of getUserMedia @param {Place} place @returns {Problem} */
export function problemOfCamera(error, place) {
  if (DENIED.includes(error.name)) {
    return problem({ code: "denied", phase: "denied", icon: "camera-off", title: t("The camera is not allowed"), text: t("The browser was told not to give this page the camera."), advice: deniedAdvice(place.agent, error.message) });
  }
  if (NONE.includes(error.name)) {
    return problem({ code: "no_camera", icon: "camera-off", title: t("No camera found"), text: t("This device has no camera that the browser can see."), advice: [t("Connect one, then try again."), t("Check that it is switched on and not covered by a privacy switch.")] });
  }
  if (BUSY.includes(error.name)) {
    return problem({ code: "camera_busy", icon: "camera-off", title: t("The camera is busy"), text: t("Another program or another tab is using it."), advice: [t("Close video calls and other tabs that show the camera."), t("If that does not help, unplug it and plug it in again.")] });
  }
  return problem({ code: "camera_failed", icon: "camera-off", title: t("The camera did not start"), text: t("The browser gave no picture of it."), advice: [t("Try again, or choose another camera.")] });
}

/** @returns {Problem} */
export function cameraLost() {
  return problem({ code: "camera_lost", icon: "camera-off", title: t("The camera went away"), text: t("It was unplugged or switched off. What was counted is kept."), advice: [t("Connect it again, then start again.")] });
}

/** @param {string} name of the file @param {import("./readable.js").Unreadable} why */
function unplayableText(name, { code, what }) {
  if (code === "no_video") return t("{name} has no video.", { name });
  if (code === "damaged") return t("{name} is damaged: no picture of it could be read.", { name });
  if (code === "unknown_codec") return what ? t("{name} holds {codec} video, which this browser cannot read.", { name, codec: what }) : t("{name} holds video that this browser cannot read.", { name });
  return what ? t("{name} is in the {format} format, which this browser cannot read.", { name, format: what }) : t("{name} is not a video that this browser can read.", { name });
}

/** @param {string} name of the file @param {import("./readable.js").Unreadable} why @returns {Problem} */
export function unplayable(name, why) {
  return problem({
    code: "unplayable_file",
    icon: "file-x",
    title: t("This browser cannot play the file"),
    text: unplayableText(name, why),
    advice: [t("MP4 with H.264 and WebM play nearly everywhere."), t("Convert it, for example: ffmpeg -i video.avi -c:v libx264 -pix_fmt yuv420p video.mp4"), t("Without a browser, the command “crowdcount track” reads nearly every format.")],
    actions: ["file"],
    unreadable: why,
  });
}

/** @param {string} name @returns {Problem} */
export function noStepping(name) {
  return problem({
    code: "no_stepping",
    icon: "file-x",
    title: t("Every frame is not possible here"),
    text: t("This browser cannot take {name} apart frame by frame.", { name }),
    advice: [t("Count it at live speed instead."), t("Current Chrome, Edge and Safari can step through most files."), t("Without a browser, the command “crowdcount track” counts every frame.")],
    actions: ["retry", "file"],
  });
}

/** The server refused the stream. @param {{code: string, message: string}} error @returns {Problem} */
export function refused(error) {
  return problem({ code: error.code, title: t("The stream could not start"), text: tell(error.message), advice: error.code === "UNKNOWN_MODEL" ? [t("Choose another model under Settings."), t("Whoever runs the server can prepare it with the command “crowdcount models pull”.")] : [], actions: error.code === "UNKNOWN_CAMERA" ? ["cameras"] : ["retry", "cameras"] });
}

/** The server ended the stream. @param {string} reason @param {string} message @returns {Problem} */
export function closedBy(reason, message) {
  if (reason === "replaced") {
    return problem({ code: "replaced", phase: "ended", icon: "monitor", title: t("Now streaming from another window"), text: t("This camera was opened elsewhere, so it stopped here."), actions: ["here", "cameras"] });
  }
  if (reason === "camera_deleted") {
    return problem({ code: reason, phase: "ended", icon: "info", title: t("This camera was deleted"), text: t("Its stream ended."), actions: ["cameras"] });
  }
  return problem({ code: reason, phase: "ended", icon: "info", title: t("The stream ended"), text: message ? tell(message) : t("The server ended it."), actions: ["retry", "cameras"] });
}

/** @param {string} text @returns {Problem} */
export function unexpected(text) {
  return problem({ code: "failed", title: t("That did not work"), text, advice: [t("What was counted is kept. Start again; if it comes back, reload the page.")] });
}
