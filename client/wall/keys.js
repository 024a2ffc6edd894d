/** Keys of the wall, and the ways to its panel. */
import { byId } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { wireShortcuts } from "../ui/shortcuts.js";

/** Keys that enlarge: one for each of the first tiles. */
const PLACES = 9;

/** @param {string} tab @param {string} field */
function goTo(tab, field) {
  byId(tab, HTMLElement).click();
  byId(field, HTMLElement).focus();
}

/** @param {(place: number) => void} enlarge the tile at this place, or make it small again */
export function wireKeys(enlarge) {
  const sound = byId("wall-sound", HTMLInputElement);
  const places = Array.from({ length: PLACES }, (_, place) => ({ key: String(place + 1), shown: "", does: "", act: () => enlarge(place) }));
  const show = wireShortcuts(
    [
      ...places,
      { key: "m", shown: "M", does: t("Alert sound on or off"), act: () => sound.click() },
      { key: "n", shown: "N", does: t("Write a note"), act: () => goTo("tab-log", "log-note") },
      { key: "a", shown: "A", does: t("To the alerts"), act: () => goTo("tab-alerts", "panel-alerts") },
    ],
    [
      { shown: `1 – ${PLACES}`, does: t("Enlarge a camera, or make it small again") },
      { shown: "Esc", does: t("All cameras") },
    ],
  );
  byId("show-shortcuts", HTMLButtonElement).addEventListener("click", show);
  byId("wall-jump", HTMLButtonElement).addEventListener("click", () => goTo("tab-alerts", "panel-alerts"));
  byId("tiles-invite", HTMLButtonElement).addEventListener("click", () => byId("tab-room", HTMLElement).click());
}
