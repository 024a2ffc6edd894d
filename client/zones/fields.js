/** Input fields that are checked while typing: what is right is taken at once, what is not says why beside it. */
import { byId, setAttribute, setText } from "../ui/dom.js";
import { parseNumber } from "./rules.js";

/**
 * @typedef {object} NumberField
 * @property {(value: number | null, owner?: string) => void} show unless something else is typed in, which goes with its owner
 * @property {(text: string) => void} complain
 * @property {(enabled: boolean) => void} enable
 */

/** @param {string} id of the field; its error has `-error` behind it @param {string} text empty when nothing is wrong */
export function complain(id, text) {
  const error = byId(`${id}-error`, HTMLElement);
  setText(error, text);
  error.hidden = !text;
  const input = document.getElementById(id);
  if (input instanceof HTMLInputElement) setAttribute(input, "aria-invalid", text ? "true" : null);
}

/**
 * @param {string} id
 * @param {(text: string) => string} problem of a text
 * @param {(text: string) => void} take
 * @returns {(text: string) => void} shows a value, unless something else is being typed
 */
export function textField(id, problem, take) {
  const input = byId(id, HTMLInputElement);
  let owner = "";
  input.addEventListener("input", () => {
    const wrong = problem(input.value);
    complain(id, wrong);
    if (!wrong) take(input.value);
  });
  return (text) => {
    const typing = document.activeElement === input;
    if (typing && owner === text) return;
    owner = text;
    // A space at the end is the beginning of the next word.
    if (typing && (input.getAttribute("aria-invalid") === "true" || input.value.trim() === text)) return;
    if (input.value !== text) input.value = text;
    complain(id, "");
  };
}

/**
 * @param {string} id
 * @param {(value: number | null) => string} problem
 * @param {(value: number | null) => void} take
 * @returns {NumberField}
 */
export function numberField(id, problem, take) {
  const input = byId(id, HTMLInputElement);
  /** @type {number | null | undefined} */
  let shown;
  let of = "";
  let refused = false;
  const check = () => {
    const value = parseNumber(input.value);
    const wrong = problem(value);
    refused = wrong !== "";
    complain(id, wrong);
    if (refused) return;
    shown = value;
    take(value);
  };
  input.addEventListener("input", check);
  return {
    show(value, owner = "") {
      const typing = document.activeElement === input;
      if (refused && value === shown && owner === of) {
        // What could not be taken stays, with why: it may have to wait for the field beside it.
        if (!typing && !problem(parseNumber(input.value))) check();
        return;
      }
      // What is being typed stays as it is typed ("2." is not yet 2.5), unless the value changed elsewhere.
      if (typing && owner === of && (value === shown || refused)) return;
      if (value === shown && owner === of && input.getAttribute("aria-invalid") !== "true" && parseNumber(input.value) === value) return;
      refused = false;
      of = owner;
      shown = value;
      input.value = value === null ? "" : String(value);
      complain(id, "");
    },
    complain: (text) => complain(id, text),
    enable: (enabled) => (input.disabled = !enabled),
  };
}
