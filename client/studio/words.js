/** What the status says. Pure. */
import { formatCount, formatSpan } from "../core/format.js";
import { enough } from "../live/connection-quality.js";
import { t, tell } from "../ui/words.js";
import { isCurrent, isRunning } from "../live/run-state.js";

/** @typedef {import("../live/run-state.js").StudioState} StudioState */

/** Rounded so that a screen reader is not told of every frame. @param {number | null} fps */
function about(fps) {
  if (fps === null) return t("few");
  return fps >= 1 ? formatCount(Math.round(fps)) : t("less than 1");
}

/** @param {StudioState["source"]} source */
function silentText(source) {
  return source === "file" ? t("This part of the file has no pictures") : t("The camera delivers no pictures");
}

/** @param {StudioState} state @returns {string} */
function flowing({ phase, rates, paused, waiting, silent, source }) {
  if (paused) return t("Paused");
  if (silent) return silentText(source);
  if (waiting) return t("Waiting for the server");
  if (phase === "slow") return t("Slow network: {fps} frames/s", { fps: about(rates.fps) });
  if (phase === "full") return t("Machine full: {fps} of {wanted} frames/s", { fps: about(rates.fps), wanted: about(enough(rates.wanted ?? 10)) });
  return t("Live");
}

/** @param {StudioState} state @returns {string} */
export function statusText(state) {
  const { phase, problem, mode, paused } = state;
  switch (phase) {
    case "idle":
      return t("Ready");
    case "asking":
      return t("Waiting for permission");
    case "denied":
      return t("Camera not allowed");
    case "connecting":
      return state.silent ? silentText(state.source) : t("Connecting");
    case "reconnecting":
      return t("Connection lost, trying again");
    case "ended":
      return problem ? t("Stopped") : t("Ended");
    case "error":
      return t("Stopped");
    case "watching":
      return state.waiting ? t("The other device is silent") : t("Streamed by another device");
    default:
      return mode === "every" && phase === "live" && !paused && !state.waiting && !state.silent ? t("Counting every frame") : flowing(state);
  }
}

/** How old the figures are, when they are not of now. @param {StudioState} state @param {number} now ms @returns {string | null} */
export function ageText(state, now) {
  if (!state.figures || isCurrent(state)) return null;
  if (!isRunning(state.phase) && state.phase !== "watching") return t("Last figures before the end");
  return t("Figures from {span} ago", { span: formatSpan(now - state.figures.at) });
}

/** Whoever looked on may do so no longer. @param {string} message of the server, English @returns {import("../capture/problem.js").Problem} */
export function closedRoom(message) {
  return { code: "room_closed", phase: "ended", icon: "info", title: t("You look at this camera no longer"), text: tell(message), advice: [], actions: ["cameras"] };
}

/** For somebody who may draw on a camera and not stream it. @returns {import("../capture/problem.js").Problem} */
export function closedElsewhere() {
  return { code: "not_streamed", phase: "ended", icon: "camera-off", title: t("Nobody streams this camera now"), text: t("Its zones can be drawn all the same; they count as soon as it is back."), advice: [], actions: [] };
}
