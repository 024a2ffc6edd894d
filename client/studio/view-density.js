/** What the colours of the density layer mean. */
import { formatCount, formatTenth } from "../core/format.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";

/** @param {import("../canvas/stage.js").Stage} stage @returns {(state: import("../live/run-state.js").StudioState) => void} */
export function densityKey(stage) {
  const key = byId("density-key", HTMLElement);
  const most = byId("density-most", HTMLElement);
  /** @type {unknown} */
  let written = null;
  return ({ layers }) => {
    const { density } = stage;
    const hidden = !layers.density || !density;
    if (key.hidden !== hidden) key.hidden = hidden;
    if (!density || density === written) return;
    written = density;
    const people = density.max_people < 10 ? formatTenth(density.max_people) : formatCount(density.max_people);
    setText(most, t("up to {people} people in a spot", { people }));
  };
}
