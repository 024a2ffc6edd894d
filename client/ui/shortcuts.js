/** Keys for everything that is done often, and the list of them. */
import { byId, element } from "./dom.js";
import { t } from "./words.js";

/** @typedef {{key: string, shown: string, does: string, act: () => void}} Shortcut `does` is empty for those of a group that is listed as one */

/** Where a key means something already. @param {EventTarget | null} target @param {string} key */
function isTaken(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest("select, textarea, dialog, input:not([type=range]):not([type=checkbox]):not([type=radio])")) return true;
  return key === " " && target.closest("button, a, summary, input, [role=tab]") !== null;
}

/** @param {Shortcut[]} shortcuts @param {readonly {shown: string, does: string}[]} listed keys that others handle @returns {() => void} shows the list */
export function wireShortcuts(shortcuts, listed) {
  const dialog = byId("shortcuts", HTMLDialogElement);
  const show = () => {
    if (!dialog.open) dialog.showModal();
  };
  const all = [...shortcuts, { key: "?", shown: "?", does: t("Show this list"), act: show }];
  byId("keys", HTMLElement).replaceChildren(...[...all.filter(({ does }) => does), ...listed].map(({ shown, does }) => element("div", {}, element("dt", {}, does), element("dd", {}, element("kbd", {}, shown)))));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTaken(event.target, event.key)) return;
    const found = all.find(({ key }) => key === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found.act();
  });
  return show;
}
