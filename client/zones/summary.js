/** What the summary at the end of a stream says of the zones. */
import { formatCount } from "../core/format.js";
import { byId, setText } from "../site/dom.js";
import { tn } from "../site/words.js";
import { busiest } from "./figures.js";

/**
 * @param {readonly import("./shape.js").Shape[]} shapes
 * @param {readonly import("../live/protocol.js").ZoneResult[]} zones as they were counted last
 * @param {boolean} crowded whether it ever was: people with a box do not say then which zone was the busiest
 */
export function summarise(shapes, zones, crowded) {
  const line = byId("summary-zone", HTMLElement);
  const found = crowded ? null : busiest(zones);
  const name = shapes.find(({ id }) => id === found?.id)?.name;
  line.hidden = !found || name === undefined;
  if (found && name !== undefined) setText(line, tn("Busiest zone: {name}, {peak} person at most", "Busiest zone: {name}, {peak} people at most", found.peak, { name, peak: formatCount(found.peak) }));
}
