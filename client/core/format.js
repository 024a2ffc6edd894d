/** Numbers and times as people read them, in the language of the page. */
import { locale, tn } from "../ui/words.js";

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} value */
export function formatCount(value) {
  return whole.format(value);
}

/** @param {number} value */
export function formatTenth(value) {
  return tenth.format(value);
}

/** Frames a second: a decimal only where it says something. @param {number} value */
export function formatRate(value) {
  return value >= 10 ? whole.format(value) : tenth.format(value);
}

/** @param {number} ms */
export function formatDelay(ms) {
  return ms < 1000 ? `${whole.format(ms)} ms` : `${tenth.format(ms / 1000)} s`;
}

/** A position or a length: 1:05, 1:02:05. @param {number} ms */
export function formatClock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** How long something takes or is ago, in words: 8 s, 5 min, 2 h, 3 days. @param {number} ms */
export function formatSpan(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h`;
  const days = Math.round(seconds / 86400);
  return tn("{n} day", "{n} days", days);
}
