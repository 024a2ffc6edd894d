/** What the pages say of recordings. Pure. */
import { formatClock, formatCount, formatSpan, formatTenth } from "../core/format.js";
import { locale, t } from "../ui/words.js";

/** @typedef {import("./types.js").Recording} Recording */
/** @typedef {import("./types.js").Run} Run */

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });

export const QUALITY_WORDS = { fast: t("Fast"), balanced: t("Balanced"), accurate: t("Accurate") };

export const STATE_WORDS = {
  waiting: t("Waiting to be counted"),
  counting: t("Counting"),
  done: t("Counted"),
  failed: t("Could not be counted"),
  interrupted: t("Interrupted"),
};

/** By the codes of the server. @type {Record<string, string>} */
const WHY_WORDS = {
  UNREADABLE_VIDEO: t("The server cannot read this file as a video."),
  FILM_TOO_LARGE: t("The pictures of this video are too large for the server."),
  FILM_STALLED: t("The server waited too long for the next picture of this video."),
  DECODER_DIED: t("Reading this video failed on the server."),
  CUT_SHORT: t("The file ends early: it has fewer frames than it says."),
  FRAMES_DAMAGED: t("Some frames are damaged."),
  TOO_LONG: t("Only the first 24 hours were counted."),
  FRAMES_REFUSED: t("Some frames could not be counted."),
  SERVER_STOPPED: t("The server stopped while it was counting. Count again."),
  FILE_GONE: t("The file is not on the server any more. Upload it again."),
};

/** @param {string | null} code @returns {string} */
export function whyText(code) {
  return code === null ? "" : (WHY_WORDS[code] ?? t("Something went wrong ({code}).", { code }));
}

/** @param {number} bytes */
export function sizeText(bytes) {
  if (bytes >= 1e9) return `${formatTenth(bytes / 1e9)} GB`;
  return bytes >= 1e6 ? `${formatCount(bytes / 1e6)} MB` : `${formatCount(Math.ceil(bytes / 1e3))} kB`;
}

/** @param {string} at ISO 8601 */
export function momentText(at) {
  return moment.format(new Date(at));
}

/** @param {Recording} recording */
export function dateText({ recorded_at: at, recorded_from: from }) {
  if (at === null) return t("Recording time unknown");
  return from === "file" ? t("File date {time}", { time: momentText(at) }) : t("Recorded {time}", { time: momentText(at) });
}

/** What is not known is no zero. @param {number | null} value */
export function figureText(value) {
  return value === null ? t("Unknown") : formatCount(value);
}

/** People who crossed lines; without zones there is no line. @param {Run} run @param {"entries" | "exits"} name */
export function crossedText(run, name) {
  return run.plan_version || run[name] !== null ? figureText(run[name]) : t("No line");
}

/** Between 0 and 1; null where that is not known. @param {Run} run */
export function shareOf({ frames_read: read, frames_expected: expected }) {
  return expected ? Math.min(1, read / expected) : null;
}

/** @param {Run} run @returns {string} */
export function progressText(run) {
  const share = shareOf(run);
  const read = formatCount(run.frames_read);
  if (share === null) return t("{read} frames", { read });
  const values = { read, expected: formatCount(run.frames_expected ?? 0), percent: percent.format(share) };
  if (run.left_s === null) return t("{read} of {expected} frames ({percent})", values);
  return t("{read} of {expected} frames ({percent}), {left} left", { ...values, left: formatSpan(run.left_s * 1000) });
}

/** @param {number} sent @param {number} size @param {number | null} leftMs @returns {string} */
export function sentText(sent, size, leftMs) {
  const values = { sent: sizeText(sent), size: sizeText(size) };
  return leftMs === null ? t("{sent} of {size}", values) : t("{sent} of {size}, {left} left", { ...values, left: formatSpan(leftMs) });
}

/** Whether everything was counted. @param {Run} run @returns {string} */
export function completeText(run) {
  if (run.state !== "done") return whyText(run.why);
  const frames = t("{read} frames, {length}", { read: formatCount(run.frames_read), length: formatClock(run.duration_ms) });
  if (run.complete === false) return `${frames}. ${whyText(run.why)}`;
  return run.complete ? t("{frames}, all of the file", { frames }) : frames;
}

/** @param {number | null} first @param {number | null} second @returns {string} how much more the second is */
export function differenceText(first, second) {
  if (first === null || second === null) return t("Unknown");
  const more = second - first;
  return more > 0 ? `+${formatCount(more)}` : formatCount(more).replace("-", "−");
}
