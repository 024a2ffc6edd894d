/** What the wall says. Pure. */
import { formatCount, formatDelay, formatRate, formatSpan, formatTenth } from "../core/format.js";
import { locale, t, tn } from "../ui/words.js";
import { ageOf, lifeOf } from "./state.js";

/** @typedef {import("./types.js").LogEntry} LogEntry */

export const LEVELS = { clear: t("Clear"), warning: t("Warning"), critical: t("Critical") };
export const ROLES = { owner: t("Owner"), operator: t("Operator"), viewer: t("Viewer"), camera: t("Camera") };

const signed = new Intl.NumberFormat(locale, { signDisplay: "always", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Slower than this is as good as steady. People a minute. */
const STEADY = 0.5;

/** @param {number} perMinute @returns {"up" | "down" | "steady"} */
export function trendOf(perMinute) {
  return Math.abs(perMinute) < STEADY ? "steady" : perMinute > 0 ? "up" : "down";
}

/** @param {number} perMinute */
export function trendText(perMinute) {
  const amount = formatTenth(Math.abs(perMinute));
  const trend = trendOf(perMinute);
  if (trend === "steady") return t("steady");
  return trend === "up" ? t("{n} more a minute", { n: amount }) : t("{n} fewer a minute", { n: amount });
}

/** The same where there is little room; empty for steady. @param {number} perMinute */
export function trendShort(perMinute) {
  return trendOf(perMinute) === "steady" ? "" : t("{n}/min", { n: signed.format(perMinute) });
}

/** @param {import("./state.js").Seen | undefined} camera @param {number} now ms @param {boolean} [lost] whether nothing is heard of any camera */
export function lifeText(camera, now, lost = false) {
  const life = lifeOf(camera, now);
  if (!camera || life === "offline") return t("Not streaming");
  if (camera.age_ms === null) return t("No picture yet");
  if (life === "silent" || lost) return t("Silent for {span}", { span: formatSpan(ageOf(camera, now)) });
  const parts = [];
  if (camera.delay_ms !== null && camera.delay_ms !== undefined) parts.push(formatDelay(Math.round(camera.delay_ms / 10) * 10));
  if (camera.fps) parts.push(t("{rate}/s", { rate: formatRate(camera.fps) }));
  return parts.join(" · ") || t("Live");
}

/** What stands behind an area's number. @param {import("./types.js").AreaNow} area */
export function areaText({ people, capacity, state }) {
  if (capacity) return t("of {capacity}", { capacity: formatCount(capacity) });
  return state === "unknown" ? "" : tn("person", "people", people);
}

/** @param {LogEntry} entry */
export function logText({ kind, who, text }) {
  switch (kind) {
    case "note":
      return text;
    case "alert":
      return t("{level}: {place}", { level: LEVELS[/** @type {"warning"} */ (text)] ?? text, place: who });
    case "acknowledged":
      return t("{who} acknowledged: {text}", { who, text });
    case "claimed":
      return t("{who} looks after: {text}", { who, text });
    case "joined":
      return t("{who} joined the room.", { who });
    case "left":
      return t("{who} left the room.", { who });
    case "camera_on":
      return t("{camera} began to stream.", { camera: text || who });
    case "camera_off":
      return t("{camera} stopped.", { camera: text || who });
    default:
      return text;
  }
}

/** Who else is here. @param {readonly import("./types.js").Present[]} people @param {(camera: string) => string} nameOf */
export function presenceText(people, nameOf) {
  return people.map(({ name, editing }) => (editing ? t("{name} draws zones of {camera}", { name, camera: nameOf(editing) }) : name));
}
