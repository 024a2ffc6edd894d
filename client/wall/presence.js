/** Who is here, and who draws what. */
import { byId, element, icon, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { presenceText } from "./words.js";

/** @returns {(state: import("./state.js").WallState) => void} */
export function presenceView() {
  const [list, count] = [byId("presence", HTMLUListElement), byId("presence-count", HTMLElement)];
  const label = byId("presence-label", HTMLElement);
  let shown = "";
  return ({ people, room }) => {
    const nameOf = (/** @type {string} */ id) => room?.cameras.find((camera) => camera.id === id)?.name ?? t("a camera");
    const texts = presenceText(people, nameOf);
    const key = JSON.stringify(texts);
    if (key === shown) return;
    shown = key;
    setText(count, String(people.length));
    setText(label, tn("{n} person is here", "{n} people are here", people.length));
    list.replaceChildren(...texts.map((text, index) => element("li", {}, icon(people[index].editing ? "pencil" : "user"), text)));
  };
}
