/** Connects the page's buttons, keys and files with the studio. */
import { byId } from "../ui/dom.js";
import { remember } from "../ui/memory.js";
import { t } from "../ui/words.js";
import { EDITOR_KEYS } from "../zones/keys.js";
import { wireDrop } from "./drop.js";
import { wireShortcuts } from "../ui/shortcuts.js";
import { wireTabs } from "../ui/tabs.js";

/** @typedef {import("./studio.js").Studio} Studio */

/** @param {string} id @param {() => void} act */
function onClick(id, act) {
  byId(id, HTMLButtonElement).addEventListener("click", act);
}

/** @param {HTMLElement} group @param {(value: string) => void} act @param {string} chosen */
function wireChoice(group, act, chosen) {
  for (const input of group.querySelectorAll("input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => act(input.value));
  }
}

/** @param {Studio} studio */
function wireFiles(studio) {
  const input = byId("file", HTMLInputElement);
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) studio.startFile(file);
    input.value = ""; // the same file may be chosen again
  });
  wireDrop(byId("stage", HTMLElement), byId("drop", HTMLElement), () => !studio.isRunning, (file) => studio.startFile(file));
  wireChoice(byId("file-mode", HTMLElement), (value) => setFileMode(studio, value), studio.store.get().fileMode);
}

/** @param {Studio} studio */
function wireLayers(studio) {
  const layers = byId("layers", HTMLElement);
  const inputs = /** @type {HTMLInputElement[]} */ ([...layers.querySelectorAll("input")]);
  const show = () => {
    const state = studio.store.get().layers;
    for (const input of inputs) {
      if (input.name === "opacity") input.value = String(state.opacity);
      else input.checked = Boolean(state[/** @type {"boxes"} */ (input.name)]);
    }
    byId("opacity-row", HTMLElement).hidden = !state.heatmap;
  };
  for (const input of inputs) {
    input.addEventListener("input", () => {
      studio.changeLayers(input.name === "opacity" ? { opacity: Number(input.value) } : { [input.name]: input.checked });
      show();
    });
  }
  show();
  return (/** @type {"boxes" | "identities" | "trails" | "zones" | "heatmap" | "density"} */ name) => {
    studio.changeLayers({ [name]: !studio.store.get().layers[name] });
    show();
  };
}

/** Where a page may not fill the screen (iPhones), there is no button for it. @returns {() => void} */
function wireFullscreen() {
  const button = byId("fullscreen", HTMLButtonElement);
  const root = byId("studio", HTMLElement);
  button.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", () => button.setAttribute("aria-pressed", String(document.fullscreenElement !== null)));
  const toggle = () => void (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
  button.addEventListener("click", toggle);
  return () => document.fullscreenEnabled && toggle();
}

/** @param {Studio} studio */
export function wireControls(studio) {
  onClick("choose-camera", () => studio.startCamera());
  onClick("choose-file", () => studio.pickFile());
  onClick("again", () => studio.startAgain());
  onClick("other", () => studio.toStart());
  onClick("stop", () => void studio.stop());
  onClick("pause", () => studio.togglePause());
  onClick("switch", () => studio.switchCamera());
  const seek = byId("seek", HTMLInputElement);
  seek.addEventListener("input", () => studio.seek(Number(seek.value) / Number(seek.max)));
  wireFiles(studio);
  wireTabs(/** @type {HTMLElement} */ (document.querySelector("[role=tablist]")));
  wireChoice(byId("range", HTMLElement), (value) => setRange(studio, value), studio.store.get().range);
  const toggleLayer = wireLayers(studio);
  const fullscreen = wireFullscreen();
  const showShortcuts = wireShortcuts([
    { key: " ", shown: t("Space"), does: t("Pause or resume a file"), act: () => studio.togglePause() },
    { key: "s", shown: "S", does: t("Stop"), act: () => void studio.stop() },
    { key: "c", shown: "C", does: t("Switch the camera"), act: () => studio.switchCamera() },
    { key: "f", shown: "F", does: t("Full screen"), act: fullscreen },
    { key: "b", shown: "B", does: t("Boxes"), act: () => toggleLayer("boxes") },
    { key: "i", shown: "I", does: t("Identities"), act: () => toggleLayer("identities") },
    { key: "t", shown: "T", does: t("Trails"), act: () => toggleLayer("trails") },
    { key: "z", shown: "Z", does: t("Zones"), act: () => toggleLayer("zones") },
    { key: "d", shown: "D", does: t("Density"), act: () => toggleLayer("density") },
    { key: "h", shown: "H", does: t("Heatmap"), act: () => toggleLayer("heatmap") },
  ], EDITOR_KEYS);
  onClick("show-shortcuts", showShortcuts);
}

/** @param {Studio} studio @param {string} value */
function setRange(studio, value) {
  const range = value === "600" || value === "all" ? value : "60";
  studio.store.set({ range });
  remember("range", range);
}

/** @param {Studio} studio @param {string} value */
function setFileMode(studio, value) {
  const fileMode = value === "every" || value === "server" ? value : "live";
  studio.store.set({ fileMode });
  remember("fileMode", fileMode);
}
