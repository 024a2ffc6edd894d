/** The text beside a heatmap, or instead of one. It says "no people" only of time that was counted. Pure. */
import { formatSpan, formatTenth } from "../core/format.js";
import { t } from "../ui/words.js";
import { isUnknown, mostOf, worthSaying } from "./certainty.js";

/** @typedef {import("./digest.js").HistoryPoint} HistoryPoint */

/** The stretches that begin in this time. @param {readonly HistoryPoint[]} points @param {number} from ms since 1970 @param {number} to */
export function pointsIn(points, from, to) {
  return points.filter(({ t: at }) => Date.parse(at) >= from && Date.parse(at) < to);
}

/** @param {readonly HistoryPoint[]} points */
function unknownText(points) {
  const seconds = points.reduce((sum, { unknown_s: unknown }) => sum + unknown, 0);
  return worthSaying(points) ? t("For {span} the number of people was unknown.", { span: formatSpan(seconds * 1000) }) : "";
}

/** Where there is no heat. @param {readonly HistoryPoint[]} points of the whole picture in this time */
export function coldText(points) {
  if (!points.length) return t("Not known: nothing was counted in this time.");
  const known = points.filter((point) => !isUnknown(point));
  if (!known.length) return t("Not known: the number of people was unknown in this time.");
  if (known.some((point) => (mostOf(point) ?? 0) > 0)) return t("No heatmap is kept of this time.");
  // Unknown time without a box is no part of the observed time.
  const seconds = known.reduce((sum, one) => sum + one.seconds, 0);
  return [t("No people were seen in {span} of counting.", { span: formatSpan(seconds * 1000) }), unknownText(points)].filter(Boolean).join(" ");
}

/** Beside the heat. @param {readonly HistoryPoint[]} points @param {number} seconds of all people together @param {number} most in the brightest spot */
export function warmText(points, seconds, most) {
  const sum = t("{time} of people altogether; the brightest spot: {seconds} s.", { time: formatSpan(seconds * 1000), seconds: formatTenth(most) });
  return [sum, unknownText(points)].filter(Boolean).join(" ");
}

/** Of an hour in the table; null where the time was counted and empty. @param {readonly HistoryPoint[]} points @param {number} seconds of all people together */
export function hourText(points, seconds) {
  if (seconds > 0) return formatSpan(seconds * 1000);
  return points.some(isUnknown) ? t("Not known") : null;
}
