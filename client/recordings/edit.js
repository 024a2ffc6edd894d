/** A question about a recording: its name, when it was recorded, and whose zones count next time. */
import { api } from "../ui/api.js";
import { element } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { toInput } from "../history/span.js";

/** @typedef {import("./types.js").Recording} Recording */

/** @param {string} id @param {string} label @param {HTMLElement} control @param {string} [hint] */
function field(id, label, control, hint) {
  control.id = id;
  return element("div", { class: "field" }, element("label", { for: id }, label), control, ...(hint ? [element("p", { class: "hint" }, hint)] : []));
}

/** @param {Recording} recording @returns {Promise<{[name: string]: unknown} | null>} what changed; null to leave it */
export async function askChanges(recording) {
  /** @type {{cameras: {id: string, name: string}[]}} */
  const { cameras } = await api("GET", "/api/cameras");
  const name = element("input", { type: "text", required: "", maxlength: "200", autocomplete: "off" });
  name.value = recording.name;
  const date = element("input", { type: "datetime-local", max: toInput(new Date()) });
  const before = recording.recorded_at ? toInput(new Date(recording.recorded_at)) : "";
  date.value = before;
  const camera = element("select", {}, element("option", { value: "" }, t("No zones")), ...cameras.map(({ id, name: text }) => element("option", { value: id }, text)));
  camera.value = recording.camera ?? "";
  const save = element("button", { class: "button button-primary", value: "yes" }, t("Save"));
  const keep = element("button", { class: "button", value: "no", formnovalidate: "" }, t("Cancel"));
  const body = [
    field("recording-name", t("Name"), name),
    field("recording-date", t("Recorded"), date, t("Runs that were counted already keep their times.")),
    field("recording-camera", t("Zones and lines"), camera, t("Used the next time it is counted.")),
  ];
  const form = element("form", { method: "dialog", class: "stack" }, element("h2", { id: "edit-title" }, t("Edit recording")), ...body, element("div", { class: "actions" }, save, keep));
  const dialog = element("dialog", { "aria-labelledby": "edit-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  name.select();
  const yes = await new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes")));
  dialog.remove();
  if (!yes || !name.value.trim()) return null;
  return {
    ...(name.value.trim() !== recording.name ? { name: name.value.trim() } : {}),
    ...(date.value !== before ? { recorded_at: date.value ? new Date(date.value).toISOString() : null } : {}),
    ...(camera.value !== (recording.camera ?? "") ? { camera: camera.value || null } : {}),
  };
}
