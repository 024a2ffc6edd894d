/** Offers to draw a zone once somebody was seen and nothing is drawn yet. */
import { byId } from "../ui/dom.js";
import { recall, remember } from "../ui/memory.js";

/** @param {import("./main.js").Zones} zones @returns {(state: import("../live/run-state.js").StudioState) => void} */
export function wireOffer(zones) {
  const offer = byId("zone-offer", HTMLElement);
  let declined = recall("zoneOfferDeclined", false);
  byId("zone-offer-draw", HTMLButtonElement).addEventListener("click", () => zones.draw());
  byId("zone-offer-later", HTMLButtonElement).addEventListener("click", () => {
    declined = true;
    remember("zoneOfferDeclined", true);
    offer.hidden = true;
  });
  return ({ figures }) => {
    const seen = (figures?.unique ?? 0) > 0 || (figures?.peak ?? 0) > 0;
    offer.hidden = declined || !seen || zones.saver.state === "loading" || zones.editor.state.plan.shapes.length > 0;
  };
}
