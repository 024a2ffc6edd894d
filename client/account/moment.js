/** A moment in words: near ones by distance, far ones by date. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A day in words, for what lies far back or is meant to be read as a date.
 * @param {string} iso
 * @param {string} language
 * @param {string} [timeZone] the device's without it
 */
export function describeDay(iso, language, timeZone) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone }).format(new Date(iso));
}

/**
 * @param {string} iso
 * @param {number} now ms since 1970
 * @param {string} language
 * @param {string} [timeZone] the device's without it
 * @returns {{short: string, full: string}}
 */
export function describeMoment(iso, now, language, timeZone) {
  const at = new Date(iso);
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long", timeZone }).format(at);
  const ago = now - at.getTime();
  // A clock that is off must not say "in 3 seconds".
  if (ago < MINUTE) return { short: new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second"), full };
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (ago < HOUR) return { short: relative.format(-Math.floor(ago / MINUTE), "minute"), full };
  if (ago < DAY) return { short: relative.format(-Math.floor(ago / HOUR), "hour"), full };
  return { short: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone }).format(at), full };
}
