/** What this station wants of the wall; remembered on this device. */
import { recall, remember } from "../ui/memory.js";

/**
 * @typedef {"smooth" | "few" | "none"} PictureWish
 *
 * @typedef {object} Choices
 * @property {"urgency" | "hand"} sort
 * @property {string[]} order made by hand
 * @property {PictureWish} pictures
 * @property {string | null} focus the enlarged camera
 */

/** @param {string} room id @returns {Choices} */
export function recallChoices(room) {
  return { sort: "urgency", order: [], pictures: "smooth", ...recall(`wall.${room}`, {}), focus: null };
}

/** @param {string} room id @param {Choices} choices */
export function keepChoices(room, { sort, order, pictures }) {
  remember(`wall.${room}`, { sort, order, pictures });
}

/** Widths that are asked for, so that a window being resized does not ask anew with each pixel. */
const STEPS = [160, 240, 320, 480, 640, 800, 960];

/**
 * What to ask the server for.
 * @param {PictureWish} wish @param {boolean} hidden nobody looks at the page @param {number} tiles @param {number} width of the widest small tile, device pixels
 * @returns {import("./types.js").Pictures | null}
 */
export function picturesFor(wish, hidden, tiles, width) {
  if (hidden || wish === "none") return null;
  const wanted = STEPS.find((step) => step >= width) ?? STEPS[STEPS.length - 1];
  if (wish === "few") return { max_fps: 0.5, width: Math.min(320, wanted) };
  return { max_fps: tiles <= 4 ? 8 : tiles <= 9 ? 5 : 3, width: Math.min(wanted, tiles <= 4 ? 640 : 480) };
}

/** @param {string} name @param {(value: string) => void} act @param {string} chosen */
export function wireChoice(name, act, chosen) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) {
    if (!(input instanceof HTMLInputElement)) continue;
    input.checked = input.value === chosen;
    input.addEventListener("change", () => act(input.value));
  }
}
