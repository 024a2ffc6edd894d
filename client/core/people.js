/** A number of people and what is known of it: counted, estimated, at least so many, or not known. Pure. */
import { t } from "../ui/words.js";
import { formatCount } from "./format.js";

/**
 * @typedef {import("../live/protocol.js").CrowdFigure} CrowdFigure
 *
 * @typedef {object} Seen what an answer says of people in a frame or in a zone
 * @property {number} count people with a box
 * @property {number | null} [low]
 * @property {number | null} [high]
 * @property {boolean} [saturated] whether the count is probably too small
 * @property {boolean} [known]
 * @property {CrowdFigure | null} [crowd]
 *
 * @typedef {"counted" | "estimated" | "least" | "unknown"} Knowledge `least` is unknown, too: only a lower bound is known
 *
 * @typedef {object} People
 * @property {Knowledge} state
 * @property {number | null} value null where not even a lower bound is known
 * @property {number | null} low
 * @property {number | null} high
 */

/** @type {People} */
export const NOT_KNOWN = { state: "unknown", value: null, low: null, high: null };
export const NONE = "–";

/** @param {number | null} count null where people cannot be followed */
export function countText(count) {
  return count === null ? NONE : formatCount(count);
}

/** @param {Seen} seen @returns {People} */
export function peopleOf({ count, low = null, high = null, saturated = false, known = true, crowd = null }) {
  if (crowd) return { state: "estimated", value: crowd.estimate, low: crowd.low, high: crowd.high };
  const least = low ?? count;
  if (saturated) return least > 0 ? { state: "least", value: least, low: least, high: null } : NOT_KNOWN;
  return known ? { state: "counted", value: count, low, high } : NOT_KNOWN;
}

/** @param {{occupancy: number, known?: boolean, crowd?: CrowdFigure | null, least?: number | null}} zone @param {boolean} [saturated] whether its frame is @returns {People} */
export function peopleIn({ occupancy, known = true, crowd = null, least = null }, saturated = false) {
  return peopleOf({ count: occupancy, low: least, crowd, known, saturated: saturated && !known });
}

/** The number for charts and bars; a lower bound is none. @param {People} people @returns {number | null} */
export function figureOf({ state, value }) {
  return state === "least" ? null : value;
}

/** @param {number} value */
export function formatEstimate(value) {
  return `≈\u00a0${formatCount(value)}`;
}

/** Short, as on a label. @param {People} people */
export function peopleText({ state, value }) {
  if (value === null) return NONE;
  if (state === "least") return t("at least {count}", { count: formatCount(value) });
  return state === "estimated" ? formatEstimate(value) : formatCount(value);
}

/** Of an estimate, or null. @param {People} people */
export function spanText({ state, low, high }) {
  if (state !== "estimated" || low === null || high === null) return null;
  return t("{low}–{high}", { low: formatCount(low), high: formatCount(high) });
}

/** How sure it is, in words; empty where it is as good as certain. @param {People} people */
export function rangeText(people) {
  const { state, low, high } = people;
  if (state === "unknown") return t("Not yet known");
  if (state === "estimated") return t("{range}, estimated", { range: spanText(people) ?? "" });
  if (state === "least" || low === null || high === null || low === high) return "";
  return t("probably {low} to {high}", { low: formatCount(low), high: formatCount(high) });
}

/** Frames are too far apart: what counts identities is not shown. */
export const FAR_APART = t("Frames are too far apart to follow people: visitors, dwell times and crossings are not meaningful at this frame rate.");

/** What that means, and what to do about it; empty most of the time. @param {People} people @param {boolean} [followed] whether people can be followed from frame to frame */
export function noteText({ state }, followed = true) {
  if (!followed && state !== "least") return FAR_APART;
  if (state === "estimated") return t("Crowded: identities, visitors and dwell time mean little here.");
  if (state !== "least") return "";
  return `${t("Too crowded to count, and there is no estimate now.")} ${t("If this lasts, the machine is too busy, or an administrator has to install the density model: “crowdcount models pull csrnet”.")}`;
}

/** The larger of what was counted and what was estimated. @param {number} peak @param {number | null | undefined} crowdPeak */
export function peakText(peak, crowdPeak) {
  return crowdPeak !== null && crowdPeak !== undefined && crowdPeak > peak ? formatEstimate(crowdPeak) : formatCount(peak);
}

/** The peak of a stream that has not ended. Frames without a count may have had more people. @param {People} people @param {number} peak @param {number | null} [crowdPeak] */
export function peakSoFar(people, peak, crowdPeak) {
  const isOpen = people.state === "least" || people.state === "unknown";
  if (!isOpen || (crowdPeak ?? 0) > peak) return peakText(peak, crowdPeak);
  const least = Math.max(peak, people.value ?? 0);
  return least > 0 ? peopleText({ ...people, state: "least", value: least }) : NONE;
}

/**
 * The peak and the number of people of a stream that has ended. Without boxes a 0 is no number.
 *
 * @param {People} last what was known at the end @param {number} peak @param {number | null} crowdPeak @param {number | null} unique
 */
export function sumUp(last, peak, crowdPeak, unique) {
  const isCounted = hasIdentities(last) && crowdPeak === null;
  return { peak: peakSoFar(last, peak, crowdPeak), unique: unique === 0 && !isCounted ? NONE : countText(unique) };
}

/** Whether people have boxes, and so identities. Without boxes, arrivals, stays and departures are unknown. @param {People} people */
export function hasIdentities({ state }) {
  return state === "counted";
}
