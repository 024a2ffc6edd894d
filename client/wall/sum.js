/** What a sum over cameras says: counted, estimated, old, or not known. Pure. */
import { formatCount } from "../core/format.js";
import { atLeast, estimateWords, unknownWords } from "../core/number-words.js";
import { NONE, formatEstimate } from "../core/people.js";
import { tn } from "../ui/words.js";

/**
 * @typedef {import("./types.js").Total} Total
 * @typedef {"counted" | "estimated" | "stale" | "unknown"} Look
 * @typedef {"live" | "unseen" | "saturated" | "off"} Eye why a camera's part is, or is not, in a sum
 */

/** How a sum looks: not known beats old, old beats estimated. A sum of nothing is not known. @param {Total | null} sum @returns {Look} */
export function lookOf(sum) {
  if (!sum || sum.unknown_cameras.length || sum.missing_cameras.length) return "unknown";
  if (sum.stale_cameras.length) return "stale";
  if (sum.state === "unknown") return "unknown";
  return sum.estimated ? "estimated" : "counted";
}

/** The large number. @param {Total | null} sum */
export function sumText(sum) {
  const look = lookOf(sum);
  if (!sum || (look === "unknown" && !sum.low)) return NONE;
  if (look === "unknown") return atLeast(sum.low);
  return sum.estimated ? formatEstimate(sum.people) : formatCount(sum.people);
}

/** What the large number is, in words; empty for a count of now, and for one that is old. @param {Total | null} sum */
export function sumWords(sum) {
  const look = lookOf(sum);
  if (look === "unknown") return unknownWords(sum?.low ?? 0);
  return look === "estimated" && sum && sum.high !== null ? estimateWords(sum.low, sum.high) : "";
}

/**
 * Why a sum is not all of it, or not of now.
 * @param {Pick<Total, "unknown_cameras" | "stale_cameras" | "missing_cameras">} sum @param {(camera: string) => Eye} eye
 * @returns {string[]} sentences
 */
export function doubts({ unknown_cameras: unknown, stale_cameras: silent, missing_cameras: missing }, eye) {
  const full = unknown.filter((id) => eye(id) === "saturated").length;
  const unseen = unknown.length - full;
  // One that was never seen has nothing that could be old.
  const old = silent.filter((id) => !unknown.includes(id) || eye(id) !== "unseen").length;
  const off = missing.filter((id) => eye(id) === "off").length;
  const undrawn = missing.length - off;
  return [
    ...(full ? [tn("{n} camera sees too many people to count", "{n} cameras see too many people to count", full)] : []),
    ...(unseen ? [tn("{n} camera has not counted yet", "{n} cameras have not counted yet", unseen)] : []),
    ...(old ? [tn("{n} camera is silent: its part is old", "{n} cameras are silent: their part is old", old)] : []),
    ...(off ? [tn("{n} camera does not stream: its part is missing", "{n} cameras do not stream: their part is missing", off)] : []),
    ...(undrawn ? [tn("{n} camera lacks a zone that counts here: its part is missing", "{n} cameras lack zones that count here: their part is missing", undrawn)] : []),
  ];
}

/** @param {import("./state.js").Seen | undefined} camera @returns {Eye} */
export function eyeOf(camera) {
  if (!camera || camera.state === "offline") return "off";
  if (camera.age_ms === null) return "unseen";
  if (camera.saturated && !camera.crowd) return "saturated";
  return camera.known ? "live" : "unseen";
}
