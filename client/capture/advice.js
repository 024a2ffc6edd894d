/** How to allow the camera again, in the words of each browser. Pure. */
import { t } from "../ui/words.js";

/** @param {string} agent user agent @returns {"ios" | "android" | "firefox" | "safari" | "edge" | "chrome"} */
export function browserOf(agent) {
  if (/iPhone|iPad|iPod/.test(agent)) return "ios";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Android/.test(agent)) return "android";
  if (/Edg\//.test(agent)) return "edge";
  if (/Chrome\/|Chromium\//.test(agent)) return "chrome";
  return /Safari\//.test(agent) ? "safari" : "chrome";
}

const STEPS = {
  ios: [t("Tap the page symbol beside the address, then Website Settings, and set Camera to Allow."), t("If it is missing there: Settings, Apps, your browser, Camera.")],
  android: [t("Tap the symbol left of the address, then Permissions, and allow the camera."), t("If it stays off: the system's Settings, Apps, your browser, Permissions.")],
  firefox: [t("Click the crossed-out camera left of the address and remove the block."), t("Then try again and choose Allow.")],
  safari: [t("In the menu Safari, choose Settings for this Website, and set Camera to Allow.")],
  edge: [t("Click the lock left of the address, open Permissions for this site, and set Camera to Allow.")],
  chrome: [t("Click the symbol left of the address and switch Camera on.")],
};

const SYSTEM = t("The system itself blocks the camera: allow it for this browser in the privacy settings of the system.");

/** @param {string} agent user agent @param {string} message of the error @returns {string[]} */
export function deniedAdvice(agent, message) {
  const steps = STEPS[browserOf(agent)];
  return /system/i.test(message) ? [SYSTEM, ...steps] : [...steps];
}
