/** The settings of the panel. */
import { api } from "../ui/api.js";
import { byId, element, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";

/** @typedef {import("../live/run-state.js").StudioState} StudioState */
/** @typedef {import("../live/run-state.js").Settings} Settings */

/**
 * @typedef {object} Model
 * @property {string} name
 * @property {string} licence
 */

/** @param {HTMLSelectElement} select @param {{value: string, label: string}[]} options @param {string} chosen */
function fill(select, options, chosen) {
  const signature = JSON.stringify([options, chosen]);
  if (select.dataset.filled === signature) return;
  select.dataset.filled = signature;
  select.replaceChildren(...options.map(({ value, label }) => element("option", { value }, label)));
  select.value = options.some(({ value }) => value === chosen) ? chosen : (options[0]?.value ?? "");
}

/** Without names (no permission yet) there are the two sides of a phone to choose from. @param {StudioState} state */
function deviceOptions({ devices }) {
  const named = devices.map(({ id, label }) => ({ value: id, label }));
  return [{ value: "environment", label: t("Rear, or the only one") }, { value: "user", label: t("Front") }, ...named];
}

/** @param {(patch: Partial<Settings>) => void} change @returns {(state: StudioState) => void} */
export function settingsView(change) {
  const model = byId("model", HTMLSelectElement);
  const device = byId("device", HTMLSelectElement);
  const side = byId("side", HTMLSelectElement);
  const mirror = byId("mirror", HTMLInputElement);
  const note = byId("model-note", HTMLElement);
  const deviceNote = byId("device-note", HTMLElement);
  /** @type {Model[]} */
  let models = [];
  let failure = "";
  model.addEventListener("change", () => change({ model: model.value }));
  side.addEventListener("change", () => change({ side: Number(side.value) }));
  mirror.addEventListener("change", () => change({ mirror: mirror.checked }));
  device.addEventListener("change", () => {
    const facing = device.value === "user" || device.value === "environment" ? device.value : null;
    change(facing ? { facing, deviceId: "" } : { deviceId: device.value });
  });
  byId("settings", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  api("GET", "/api/models").then(
    (answer) => {
      models = answer.models;
      fill(model, models.map(({ name }) => ({ value: name, label: name === answer.default ? t("{name} (default)", { name }) : name })), model.dataset.wish || answer.default);
    },
    (error) => (failure = error instanceof Error ? error.message : String(error)),
  );
  return (state) => {
    const { settings } = state;
    model.dataset.wish = settings.model;
    const chosen = models.find(({ name }) => name === model.value);
    const described = chosen ? t("Licence: {licence}.", { licence: chosen.licence }) : failure;
    setText(note, isRunning(state.phase) ? `${described} ${t("A change counts from the next start.")}`.trim() : described);
    fill(device, deviceOptions(state), settings.deviceId || settings.facing);
    deviceNote.hidden = state.devices.length > 0;
    if (document.activeElement !== side) side.value = String(settings.side);
    mirror.checked = settings.mirror;
  };
}
