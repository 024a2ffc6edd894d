/** What forms gain from JavaScript; they work without it. */
import { icon } from "./dom.js";

/** @param {HTMLButtonElement} button */
function wireReveal(button) {
  const input = document.getElementById(button.dataset.reveal ?? "");
  if (!(input instanceof HTMLInputElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.querySelector(".icon")?.replaceWith(icon(shown ? "eye" : "eye-off"));
    input.focus();
  });
  // A password field again before it is sent: password managers and the form history expect one.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}

/** A second tap must not send the form twice. @param {HTMLFormElement} form */
function wireOnce(form) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button:not([type]), button[type=submit]");
    if (button instanceof HTMLButtonElement) setTimeout(() => (button.disabled = true));
  });
  window.addEventListener("pageshow", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  });
}

export function wireForms() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    if (button instanceof HTMLButtonElement) wireReveal(button);
  }
  for (const form of document.querySelectorAll("form[method=post]")) {
    if (form instanceof HTMLFormElement) wireOnce(form);
  }
  const summary = document.querySelector("[data-error-summary]");
  if (summary instanceof HTMLElement) summary.focus();
}
