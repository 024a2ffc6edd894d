/** What alerts say, in words. Pure. */
import { formatSpan } from "../core/format.js";
import { locale, t, tn } from "../ui/words.js";

/**
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 * @typedef {"people" | "density" | "dwell"} Figure
 *
 * @typedef {object} Ongoing an alert of this moment
 * @property {string} id
 * @property {string} zone its name
 * @property {Figure} figure
 * @property {"warning" | "critical"} level
 * @property {number} peak
 * @property {boolean} estimated whether the peak is an estimate
 * @property {number | null} [peak_low] it lies between them about nine times in ten
 * @property {number | null} [peak_high]
 */

const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });

export const LEVEL_WORDS = { warning: t("Warning"), critical: t("Critical") };
const MARKS = { warning: "▲", critical: "⬤" };

/** @param {string} figure @param {number} value */
export function amountText(figure, value) {
  if (figure === "density") return t("{n} people per m²", { n: decimals.format(value) });
  if (figure === "dwell") return t("a stay of {span}", { span: formatSpan(value * 1000) });
  return tn("{n} person", "{n} people", value);
}

/**
 * The peak of an alert; an estimate with its range, where it has one: "≈ 470 people (380–560)".
 * @param {{figure: string, peak: number, estimated?: boolean, peak_low?: number | null, peak_high?: number | null}} alert
 */
export function peakText({ figure, peak, estimated, peak_low: low, peak_high: high }) {
  const amount = amountText(figure, peak);
  if (!estimated) return amount;
  if (low == null || high == null) return t("≈ {amount}", { amount });
  return t("≈ {amount} ({low}–{high})", { amount, low: decimals.format(low), high: decimals.format(high) });
}

/** @param {Ongoing} alert */
export function alertText(alert) {
  return `${LEVEL_WORDS[alert.level]}: ${alert.zone}, ${peakText(alert)}`;
}

/** @param {readonly ZoneResult[]} zones @param {readonly {id: string, name: string}[]} shapes @returns {Ongoing[]} the worst first */
export function ongoing(zones, shapes) {
  const alerts = zones.flatMap((zone) =>
    Object.entries(zone.alerts).flatMap(([figure, { id, level, peak, estimated, peak_low, peak_high }]) => {
      const name = shapes.find((shape) => shape.id === zone.id)?.name ?? zone.id;
      return level === "clear" ? [] : [{ id, zone: name, figure: /** @type {Figure} */ (figure), level, peak, estimated, peak_low, peak_high }];
    }),
  );
  return alerts.sort((a, b) => Number(b.level === "critical") - Number(a.level === "critical"));
}

/** The title of the page with what is worst before it. @param {string} title @param {readonly Ongoing[]} alerts */
export function titleWith(title, alerts) {
  const [worst] = alerts;
  if (!worst) return title;
  const zones = [...new Set(alerts.filter(({ level }) => level === worst.level).map(({ zone }) => zone))];
  return `${MARKS[worst.level]} ${LEVEL_WORDS[worst.level]}: ${zones.join(", ")} · ${title}`;
}

/** What began or became worse. @param {ReadonlyMap<string, string>} before id to level @param {readonly Ongoing[]} alerts */
export function risen(before, alerts) {
  return alerts.filter(({ id, level }) => !before.has(id) || (level === "critical" && before.get(id) === "warning"));
}
