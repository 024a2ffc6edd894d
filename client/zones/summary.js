/** What the summary at the end of a stream says of the zones. */
import { peakText } from "../core/people.js";
import { byId, setText } from "../ui/dom.js";
import { tn } from "../ui/words.js";
import { busiest, mostIn } from "./figures.js";

/**
 * @param {readonly import("./shape.js").Shape[]} shapes
 * @param {readonly import("../live/protocol.js").ZoneResult[]} zones as they were counted last
 */
export function summarise(shapes, zones) {
  const line = byId("summary-zone", HTMLElement);
  const found = busiest(zones);
  const name = shapes.find(({ id }) => id === found?.id)?.name;
  line.hidden = !found || name === undefined;
  if (found && name !== undefined) setText(line, tn("Busiest zone: {name}, {peak} person at most", "Busiest zone: {name}, {peak} people at most", mostIn(found), { name, peak: peakText(found.peak, found.crowd_peak) }));
}
