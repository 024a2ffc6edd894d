/** A number of people as it is written large, and the words beside it that say what is known of it. Pure. */
import { t, tn } from "../ui/words.js";
import { formatCount } from "./format.js";
import { NONE, formatEstimate } from "./people.js";

/** @typedef {import("./people.js").People} People */

/** A lower bound. @param {number} people */
export function atLeast(people) {
  return `≥\u00a0${formatCount(people)}`;
}

/** @param {number} least 0 where not even a lower bound is known */
export function unknownWords(least) {
  return least > 0 ? t("Unknown: at least {count}", { count: formatCount(least) }) : t("Unknown");
}

/** @param {number} low @param {number} high */
export function estimateWords(low, high) {
  return t("{range}, estimated", { range: t("{low}–{high}", { low: formatCount(low), high: formatCount(high) }) });
}

/** @param {People | null} people */
export function numberText(people) {
  if (!people || people.value === null) return NONE;
  if (people.state === "least") return atLeast(people.value);
  return people.state === "estimated" ? formatEstimate(people.value) : formatCount(people.value);
}

/** @param {People | null} people */
export function wordText(people) {
  if (!people) return "";
  const { state, value, low, high } = people;
  if (value === null || state === "least") return unknownWords(value ?? 0);
  return state === "estimated" ? estimateWords(low ?? value, high ?? value) : tn("person", "people", value);
}
