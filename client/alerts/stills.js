/** Whether a picture of each alert is kept: the choice of the camera's owner, off until made. */
import { api } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";

/** @param {number} days 0: for ever */
function noteText(days) {
  const kept = days ? tn("Kept for {n} day.", "Kept for {n} days.", days) : t("Kept until you delete it.");
  return `${t("The frame in which an alert begins is stored. People can be recognised in it: tell them.")} ${kept}`;
}

/**
 * @param {string} camera id @param {(text: string) => void} tell of what went wrong
 * @param {() => void} mine the user owns this camera
 */
export function wireStills(camera, tell, mine) {
  const path = `/api/cameras/${encodeURIComponent(camera)}/stills`;
  const box = byId("alert-stills", HTMLInputElement);
  const load = async () => {
    try {
      const { keep, days, mine: owned } = await api("GET", path);
      if (!owned) return;
      box.checked = keep;
      setText(byId("alert-stills-note", HTMLElement), noteText(days));
      byId("alert-stills-row", HTMLElement).hidden = false;
      mine();
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  };
  box.addEventListener("change", async () => {
    try {
      box.checked = (await api("PUT", path, { keep: box.checked })).keep;
    } catch (error) {
      box.checked = !box.checked;
      tell(error instanceof Error ? error.message : String(error));
    }
  });
  void load();
}
