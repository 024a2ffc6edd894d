/** What the labels say of zones and lines, from the newest answer. Pure. */
import { formatCount } from "../core/format.js";
import { NONE, NOT_KNOWN, peopleIn, peopleText, spanText } from "../core/people.js";
import { t } from "../ui/words.js";
import { isCounted } from "./shape.js";

/**
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 * @typedef {import("../live/protocol.js").LineResult} LineResult
 * @typedef {import("./layer.js").Label} Label
 * @typedef {"clear" | "warning" | "critical"} Level
 */

const RANK = { clear: 0, warning: 1, critical: 2 };

/** @param {ZoneResult} zone @param {boolean} [known] whether anything can be said of the frame @returns {import("../core/people.js").People} */
export function peopleOfZone(zone, known = true) {
  return known ? peopleIn(zone, true) : NOT_KNOWN;
}

/** "12", "≈ 120, 90–150", "at least 12", "Not known". @param {import("../core/people.js").People} people */
function figureText(people) {
  if (people.value === null) return t("Not known");
  return [peopleText(people), spanText(people)].filter(Boolean).join(", ");
}

/** @param {readonly ZoneResult[]} zones @param {readonly LineResult[]} lines @param {boolean} [known] @param {boolean} [boxed] whether people have boxes, so that crossings are seen @returns {Map<string, Label>} by id */
export function labelsOf(zones, lines, known = true, boxed = true) {
  /** @type {Map<string, Label>} */
  const labels = new Map();
  for (const zone of zones) {
    const people = peopleOfZone(zone, known);
    labels.set(zone.id, { level: zone.level, figure: figureText(people), people: people.state });
  }
  for (const line of lines) labels.set(line.id, { level: "clear", figure: boxed ? crossedText(line) : NONE });
  return labels;
}

/** @param {import("../live/protocol.js").LineResult} line */
function crossedText({ in: inward, out: outward }) {
  return inward === null || outward === null ? NONE : t("{in} in, {out} out", { in: formatCount(inward), out: formatCount(outward) });
}

/** What is known of a shape now. @param {import("./shape.js").Shape} shape @param {ReadonlyMap<string, Label>} labels @returns {Label} */
export function labelOf(shape, labels) {
  if (!isCounted(shape)) return { level: "clear", figure: t("Not counted") };
  return labels.get(shape.id) ?? { level: "clear", figure: "" };
}

/** The most people at once, of whom an estimate has those without a box, too. @param {ZoneResult} zone */
export function mostIn({ peak, crowd_peak: crowdPeak }) {
  return Math.max(peak, crowdPeak ?? 0);
}

/** The zone with most people at once. @param {readonly ZoneResult[]} zones @returns {ZoneResult | null} null where all were empty */
export function busiest(zones) {
  const [first] = [...zones].sort((a, b) => mostIn(b) - mostIn(a) || b.average - a.average);
  return first && mostIn(first) > 0 ? first : null;
}

/** @param {readonly ZoneResult[]} zones @returns {Level} */
export function worst(zones) {
  return zones.reduce((found, { level }) => (RANK[level] > RANK[found] ? level : found), /** @type {Level} */ ("clear"));
}
