/** Which stretch of time is looked at. Pure. */
import { t } from "../ui/words.js";

/** @typedef {{from: Date, to: Date}} Span */

const HOURS = { hour: 1, day: 24, week: 168, month: 720 };

/** @param {string} name of a choice @param {number} now ms since 1970 @returns {Span} up to now */
export function spanOf(name, now) {
  const hours = HOURS[/** @type {keyof typeof HOURS} */ (name)] ?? HOURS.day;
  return { from: new Date(now - hours * 3_600_000), to: new Date(now) };
}

/** A range up to now, and further where figures lie ahead of the clock: a file is dated from when it was opened. @param {Span} span @param {string | null} until ISO 8601, up to when there are figures @returns {Span} */
export function ahead({ from, to }, until) {
  const end = new Date(until ?? NaN);
  return { from, to: end > to ? end : to };
}

/** The range up to the last figures that there are, where they lie ahead of it. @param {Span} span @param {readonly {points: readonly {t: string}[]}[]} series @param {number} stepS @returns {Span} */
export function reaching({ from, to }, series, stepS) {
  const ends = series.flatMap(({ points }) => points.slice(-1).map(({ t: at }) => Date.parse(at) + stepS * 1000));
  return { from, to: ends.some((end) => end - stepS * 1000 >= to.getTime()) ? new Date(Math.max(...ends)) : to };
}

/** @param {string} name */
export function isPreset(name) {
  return name in HOURS;
}

/** As `<input type=datetime-local>` wants it, in the device's time. @param {Date} at */
export function toInput(at) {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** @param {string} from of an input @param {string} to @returns {{span: Span | null, problem: string}} */
export function readSpan(from, to) {
  const span = { from: new Date(from), to: new Date(to) };
  if (Number.isNaN(span.from.getTime()) || Number.isNaN(span.to.getTime())) return { span: null, problem: t("Both times are needed.") };
  if (span.from >= span.to) return { span: null, problem: t("The range ends before it begins.") };
  return { span, problem: "" };
}

/** @param {string} camera id @param {Span} span @param {"" | ".csv" | ".json" | ".parquet"} ending @returns {string} address */
export function historyPath(camera, { from, to }, ending) {
  const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), step: "auto" });
  return `/api/cameras/${encodeURIComponent(camera)}/history${ending}?${query}`;
}
