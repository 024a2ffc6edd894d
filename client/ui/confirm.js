/** A question before something is lost. */
import { element } from "./dom.js";
import { t } from "./words.js";

/** @param {string} title @param {string} text what is lost @param {string} yes @returns {Promise<boolean>} */
export function confirmLoss(title, text, yes) {
  const go = element("button", { class: "button button-danger", value: "yes" }, yes);
  const keep = element("button", { class: "button", value: "no" }, t("Cancel"));
  const form = element("form", { method: "dialog", class: "stack" }, element("h2", { id: "confirm-title" }, title), element("p", {}, text), element("div", { class: "actions" }, go, keep));
  const dialog = element("dialog", { "aria-labelledby": "confirm-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
