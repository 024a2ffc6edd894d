/** What a screen reader hears of the count: changes only, and at most every few seconds. */
import { t, tn } from "../ui/words.js";
import { formatCount } from "./format.js";

/** @typedef {import("./people.js").People} People */

/** @param {People} people @param {number | null} unique null where people cannot be told apart */
function sentence({ state, value, low, high }, unique) {
  if (value === null) return t("How many people there are is not yet known");
  const count = formatCount(value);
  if (state === "least") return t("At least {count} people; how many is not known", { count });
  if (state === "estimated") return t("About {count} people, {low} to {high}, estimated", { count, low: formatCount(low ?? value), high: formatCount(high ?? value) });
  if (unique === null) return tn("{n} person now", "{n} people now", value);
  return tn("{n} person now, {unique} so far", "{n} people now, {unique} so far", value, { unique: formatCount(unique) });
}

export class Announcer {
  #everyMs;
  #saidAt = -Infinity;
  #said = "";

  /** @param {number} [everyMs] */
  constructor(everyMs = 5000) {
    this.#everyMs = everyMs;
  }

  /** @param {number} now ms @param {People} people @param {number | null} unique @returns {string | null} what to say now */
  say(now, people, unique) {
    const said = `${people.state} ${people.value}`;
    if (said === this.#said || now - this.#saidAt < this.#everyMs) return null;
    this.#said = said;
    this.#saidAt = now;
    return sentence(people, unique);
  }

  reset() {
    this.#said = "";
    this.#saidAt = -Infinity;
  }
}
