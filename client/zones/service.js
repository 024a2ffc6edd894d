/** Fruin's level of service: a letter, on its colour. The letter says it alone; the colour only helps to find it. */
import { element, setAttribute, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";

const LEVELS = "ABCDEF";

/** @returns {HTMLElement} */
export function serviceChip() {
  return element("span", { class: "service" });
}

/** @param {Element} chip @param {string | null | undefined} level of a zone; none while it is not known */
export function showService(chip, level) {
  const known = level && LEVELS.includes(level) ? level : null;
  setText(chip, known ?? "–");
  setAttribute(chip, "data-service", known);
  setAttribute(chip, "title", known && t("Level {level}, from A (free) to F (pressed)", { level: known }));
}
