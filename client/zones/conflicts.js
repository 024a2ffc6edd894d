/** Shapes that two people changed, each in another way: whose is it to be? */
import { byId, element, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./merge.js").Conflict} Conflict
 * @typedef {import("./plan-sync.js").Saver} Saver
 */

/** @param {Conflict} conflict @returns {string} what happened to it */
export function conflictText({ name, mine, theirs }) {
  const other = theirs && "name" in theirs ? theirs.name : name;
  if (!theirs) return t("{name}: changed here, deleted there", { name });
  if (!mine) return t("{name}: deleted here, changed there", { name: other });
  return other === name ? t("{name}: changed here and there", { name }) : t("{name}: changed here; there it is called {other}", { name, other });
}

/** @param {Editor} editor @param {Saver} saver @returns {(who: string) => void} `who` stored a plan last, "" where that is not known */
export function conflictView(editor, saver) {
  const box = byId("zone-conflict", HTMLElement);
  const why = byId("zone-conflict-why", HTMLElement);
  const list = byId("zone-conflict-list", HTMLUListElement);
  /** @type {readonly Conflict[]} */
  let shown = [];
  const row = (/** @type {Conflict} */ conflict) => {
    const text = element("p", { id: `conflict-${conflict.id}` }, conflictText(conflict));
    const mine = element("button", { type: "button", class: "button", "data-keep": "mine", "aria-describedby": text.id }, t("Keep mine"));
    const theirs = element("button", { type: "button", class: "button", "data-keep": "theirs", "aria-describedby": text.id }, t("Take theirs"));
    mine.addEventListener("click", () => void saver.settle(conflict.id));
    theirs.addEventListener("click", () => {
      editor.yieldTo(conflict);
      void saver.settle(conflict.id);
    });
    return element("li", { "data-conflict": conflict.id }, text, element("div", { class: "actions" }, mine, theirs));
  };
  return (who) => {
    const conflicts = saver.state === "conflict" ? saver.conflicts : [];
    box.hidden = conflicts.length === 0;
    setText(why, who ? t("{who} changed the same as you, at the same time.", { who }) : t("Somebody else changed the same as you, at the same time."));
    if (conflicts === shown || (!conflicts.length && !shown.length)) return;
    shown = conflicts;
    list.replaceChildren(...conflicts.map(row));
  };
}
