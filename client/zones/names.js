/** Names of zones and lines: once in a camera, whatever their case. Pure. */
import { t } from "../ui/words.js";

/** @typedef {{id: string, name: string}} Named */

export const MAX_NAME = 60;

/** @param {string} name */
function key(name) {
  return name.trim().toLowerCase();
}

/** @param {string} name @param {string} id its owner @param {readonly Named[]} shapes */
export function isTaken(name, id, shapes) {
  return shapes.some((shape) => shape.id !== id && key(shape.name) === key(name));
}

/** What is wrong with a name, in one sentence; empty when nothing is. @param {string} name @param {string} id its owner @param {readonly Named[]} shapes */
export function nameProblem(name, id, shapes) {
  if (!name.trim()) return t("A name is needed.");
  if ([...name].length > MAX_NAME) return t("A name has at most {n} characters.", { n: MAX_NAME });
  return isTaken(name, id, shapes) ? t("Another zone or line has this name.") : "";
}

/** @param {string} stem @param {readonly Named[]} shapes @returns {string} the stem with the smallest number that is free */
export function numbered(stem, shapes) {
  const taken = new Set(shapes.map((shape) => key(shape.name)));
  let number = 1;
  while (taken.has(key(`${stem} ${number}`))) number += 1;
  return `${stem} ${number}`;
}

/** The name itself where it is free, else with a number. @param {string} name @param {readonly Named[]} shapes */
export function freeName(name, shapes) {
  if (!nameProblem(name, "", shapes)) return name;
  const stem = name.replace(/ \d+$/, "");
  return numbered([...stem].slice(0, MAX_NAME - 4).join(""), shapes);
}
