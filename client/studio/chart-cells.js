/** A stretch of the chart as a row of its table. Pure. */
import { formatCount, formatTenth } from "../core/format.js";
import { kindOf } from "../core/history.js";
import { NONE, formatEstimate } from "../core/people.js";
import { t } from "../ui/words.js";

/** @param {import("../core/history.js").Bucket} bucket @returns {string[]} least, average and most, in words */
export function cellsOf(bucket) {
  const { low, high, sum, frames } = bucket;
  const kind = kindOf(bucket);
  if (kind === "unknown") return [t("not known"), NONE, NONE];
  if (kind === "estimated") return [low, sum / frames, high].map((people) => formatEstimate(Math.round(people)));
  return [formatCount(low), formatTenth(sum / frames), formatCount(high)];
}
