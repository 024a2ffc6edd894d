/** The people of a tile, and of a zone on it. Pure. */
import { peopleIn, peopleOf } from "../core/people.js";

/** @typedef {import("../core/people.js").People} People */

/** @param {import("./state.js").Seen | undefined} seen of a camera that streams @returns {People | null} null where none streams, or nothing came yet */
export function tilePeople(seen) {
  if (!seen || seen.age_ms === null) return null;
  return peopleOf({ ...seen, low: seen.count_low, high: seen.count_high });
}

/** The people of a zone. In a zone that is not known, the boxed people are a lower bound. @param {import("./types.js").ZoneNow} zone @returns {People} */
export function zonePeople({ occupancy, crowd, known }) {
  return peopleIn({ occupancy, crowd, known }, !known);
}
