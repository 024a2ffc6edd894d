/** What the labels say of zones and lines, from the newest answer. Pure. */
import { formatCount } from "../core/format.js";
import { t } from "../site/words.js";

/**
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 * @typedef {import("../live/protocol.js").LineResult} LineResult
 * @typedef {import("./layer.js").Label} Label
 * @typedef {"clear" | "warning" | "critical"} Level
 */

const RANK = { clear: 0, warning: 1, critical: 2 };

/** @param {readonly ZoneResult[]} zones @param {readonly LineResult[]} lines @returns {Map<string, Label>} by id */
export function labelsOf(zones, lines) {
  /** @type {Map<string, Label>} */
  const labels = new Map();
  for (const { id, level, occupancy } of zones) labels.set(id, { level, figure: formatCount(occupancy) });
  for (const line of lines) labels.set(line.id, { level: "clear", figure: t("{in} in, {out} out", { in: formatCount(line.in), out: formatCount(line.out) }) });
  return labels;
}

/** The zone with most people at once. @param {readonly ZoneResult[]} zones @returns {ZoneResult | null} null where nobody was in any */
export function busiest(zones) {
  const [first] = [...zones].sort((a, b) => b.peak - a.peak || b.average - a.average);
  return first && first.peak > 0 ? first : null;
}

/** @param {readonly ZoneResult[]} zones @returns {Level} */
export function worst(zones) {
  return zones.reduce((found, { level }) => (RANK[level] > RANK[found] ? level : found), /** @type {Level} */ ("clear"));
}
