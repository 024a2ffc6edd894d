/** What the status says. Pure. */
import { formatCount, formatSpan } from "../core/format.js";
import { enough } from "../live/verdict.js";
import { isCurrent, isRunning } from "./state.js";

/** @typedef {import("./state.js").StudioState} StudioState */

/** Rounded so that a screen reader is not told of every frame. @param {number | null} fps */
function about(fps) {
  if (fps === null) return "few";
  return fps >= 1 ? formatCount(Math.round(fps)) : "less than 1";
}

/** @param {StudioState} state @returns {string} */
function flowing({ phase, rates, paused, waiting }) {
  if (paused) return "Paused";
  if (waiting) return "Waiting for the server";
  if (phase === "slow") return `Slow network: ${about(rates.fps)} frames/s`;
  if (phase === "full") return `Machine full: ${about(rates.fps)} of ${about(enough(rates.wanted ?? 10))} frames/s`;
  return "Live";
}

/** @param {StudioState} state @returns {string} */
export function statusText(state) {
  const { phase, problem, mode, paused } = state;
  switch (phase) {
    case "idle":
      return "Ready";
    case "asking":
      return "Waiting for permission";
    case "denied":
      return "Camera not allowed";
    case "connecting":
      return "Connecting";
    case "reconnecting":
      return "Connection lost, trying again";
    case "ended":
      return problem ? "Stopped" : "Ended";
    case "error":
      return "Stopped";
    default:
      return mode === "every" && phase === "live" && !paused && !state.waiting ? "Counting every frame" : flowing(state);
  }
}

/** How old the figures are, when they are not of now. @param {StudioState} state @param {number} now ms @returns {string | null} */
export function ageText(state, now) {
  if (!state.figures || isCurrent(state)) return null;
  if (!isRunning(state.phase)) return "Last figures before the end";
  return `Figures from ${formatSpan(now - state.figures.at)} ago`;
}
