/** Two questions about a camera, each a dialog: a new name, and whether to delete. */
import { formatCount } from "../core/format.js";
import { element } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";

/** @typedef {import("./types.js").Camera} Camera */

/**
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<boolean>} whether it was confirmed
 */
function ask(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** @param {string} title @param {Node[]} body @param {string} yes @param {string} kind class of the confirming button */
function question(title, body, yes, kind) {
  const confirm = element("button", { class: `button ${kind}`, value: "yes" }, yes);
  const keep = element("button", { class: "button", value: "no", formnovalidate: "" }, t("Cancel"));
  const form = element("form", { method: "dialog", class: "stack" }, element("h2", { id: "question" }, title), ...body, element("div", { class: "actions" }, confirm, keep));
  return element("dialog", { "aria-labelledby": "question" }, form);
}

/** @param {Camera} camera @returns {Promise<string | null>} the new name, or null to leave it */
export async function askName(camera) {
  const input = element("input", { type: "text", id: "new-name", required: "", maxlength: "80", autocomplete: "off" });
  input.value = camera.name;
  const field = element("div", { class: "field" }, element("label", { for: "new-name" }, t("Name")), input);
  const dialog = question(t("Rename the camera"), [field], t("Rename"), "button-primary");
  const asked = ask(dialog);
  input.focus();
  input.select();
  const name = (await asked) ? input.value.trim() : "";
  return name && name !== camera.name ? name : null;
}

/** @param {Camera} camera @returns {string} what deleting would lose */
export function lossOf(camera) {
  const lost = camera.last ? camera.last.unique === null ? t("Its figures are lost: peak {peak}.", { peak: formatCount(camera.last.peak) }) : tn("Its figures are lost: peak {peak}, {n} person.", "Its figures are lost: peak {peak}, {n} people.", camera.last.unique, { peak: formatCount(camera.last.peak) }) : t("It has no figures yet.");
  const live = camera.live ? ` ${t("It is live now; its stream ends.")}` : "";
  return `${lost} ${t("Its zones, its history and its alerts go with it.")}${live} ${t("This cannot be undone.")}`;
}

/** @param {Camera} camera @returns {Promise<boolean>} */
export function askDelete(camera) {
  return ask(question(t("Delete “{name}”?", { name: camera.name }), [element("p", {}, lossOf(camera))], t("Delete"), "button-danger"));
}
