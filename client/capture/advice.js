/** How to allow the camera again, in the words of each browser. Pure. */

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
  ios: ["Tap the page symbol beside the address, then Website Settings, and set Camera to Allow.", "If it is missing there: Settings, Apps, your browser, Camera."],
  android: ["Tap the symbol left of the address, then Permissions, and allow the camera.", "If it stays off: the system's Settings, Apps, your browser, Permissions."],
  firefox: ["Click the crossed-out camera left of the address and remove the block.", "Then try again and choose Allow."],
  safari: ["In the menu Safari, choose Settings for this Website, and set Camera to Allow."],
  edge: ["Click the lock left of the address, open Permissions for this site, and set Camera to Allow."],
  chrome: ["Click the symbol left of the address and switch Camera on."],
};

const SYSTEM = "The system itself blocks the camera: allow it for this browser in the privacy settings of the system.";

/** @param {string} agent user agent @param {string} message of the error @returns {string[]} */
export function deniedAdvice(agent, message) {
  const steps = STEPS[browserOf(agent)];
  return /system/i.test(message) ? [SYSTEM, ...steps] : [...steps];
}
