/** A file of which not everything could be read: what is said about it. Pure. */
import { formatClock, formatCount, formatSpan } from "../core/format.js";
import { t } from "../ui/words.js";

/**
 * @typedef {object} Shortfall
 * @property {number} read frames
 * @property {number} expected frames
 * @property {boolean} early whether the end is missing, and not a part before it
 */

/** @param {Shortfall} shortfall */
export function shortfallText({ read, expected, early }) {
  const values = { read: formatCount(read), expected: formatCount(expected) };
  return early ? t("The file ended early: {read} of about {expected} frames.", values) : t("The file is damaged: {read} of about {expected} frames could be read.", values);
}

/** Where frames cannot be counted. @param {number} readMs @param {number} expectedMs */
export function endedEarlyText(readMs, expectedMs) {
  return t("The file ended early: {read} of about {expected}.", { read: formatClock(readMs), expected: formatClock(expectedMs) });
}

/** @param {number} skippedMs */
export function skippedText(skippedMs) {
  return t("The file is damaged: {span} of it was skipped.", { span: formatSpan(Math.max(1000, skippedMs)) });
}
