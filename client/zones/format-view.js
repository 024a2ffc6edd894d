/** The picture's format changed: says so once, and takes the zones over for the new one where that is wanted. */
import { byId, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";
import { adopted } from "./view.js";

/** @typedef {import("./view.js").View} View */

/** @param {View} view */
export function changeText({ fits }) {
  if (fits) return t("The picture's format changed; check your zones.");
  return t("The picture's format changed, and where your zones are now is not known. Check them.");
}

/** @param {View} view */
export function keepText({ fits }) {
  if (fits) return t("The picture has another format than the one these were drawn on. They are shown where they were.");
  return t("The picture has another format than the one these were drawn on. Move them to where they belong.");
}

/** @param {readonly string[]} lost names of shapes */
export function keptText(lost) {
  if (!lost.length) return t("Zones kept for this format.");
  return `${t("Zones kept for this format.")} ${tn("{n} is outside of the picture and was removed. Undo brings it back.", "{n} are outside of the picture and were removed. Undo brings them back.", lost.length)}`;
}

/**
 * @param {import("./editor.js").Editor} editor @param {() => number | null} aspectNow of the picture, null without one
 * @returns {(state: import("../live/run-state.js").StudioState) => void}
 */
export function formatView(editor, aspectNow) {
  const card = byId("format", HTMLElement);
  const bar = byId("zone-format", HTMLElement);
  /** The change that was answered, or is shown. */
  let answered = "";
  let current = "";
  const answer = () => {
    answered = current;
    const focused = card.contains(document.activeElement);
    card.hidden = true;
    // The focus stays where the card was.
    if (focused) byId("panel-live", HTMLElement).focus();
  };
  byId("format-check", HTMLButtonElement).addEventListener("click", () => {
    answer();
    byId("tab-zones", HTMLElement).click();
    byId("panel-zones", HTMLElement).focus();
  });
  byId("format-later", HTMLButtonElement).addEventListener("click", answer);
  byId("zone-format-keep", HTMLButtonElement).addEventListener("click", () => {
    const [aspect, { view, plan }] = [aspectNow(), editor.state];
    if (!view || aspect === null) return;
    const { plan: kept, lost } = adopted(plan, view.matrix, aspect);
    editor.change(kept);
    editor.store.set({ said: keptText(lost), problem: lost.length ? keptText(lost) : "" });
  });
  return ({ phase }) => {
    const { view, plan } = editor.state;
    const drawn = plan.shapes.length > 0 || plan.calibration !== null;
    const aspect = aspectNow();
    // One change is one notice, however many frames it lasts; back in the old format, the next is another one.
    current = view && aspect !== null ? `${view.fits} ${aspect.toFixed(2)}` : "";
    if (!view) answered = "";
    const wanted = view !== null && drawn && isRunning(phase) && current !== answered;
    if (wanted) setText(byId("format-text", HTMLElement), changeText(view));
    card.hidden = !wanted;
    bar.hidden = view === null || !drawn;
    if (view && drawn) setText(byId("zone-format-why", HTMLElement), keepText(view));
  };
}
