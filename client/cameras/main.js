/** The list of cameras: what is live, what was seen last, and the way to a new one. */
import "../ui/main.js";
import { api } from "../ui/api.js";
import { serverClock } from "../ui/clock.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { card } from "./card.js";
import { freeName } from "./names.js";
import { showPhoneCode } from "./phone.js";
import { askDelete, askName } from "./question.js";

/** @typedef {import("./types.js").Camera} Camera */

const POLL_MS = 2000;

const page = byId("cameras", HTMLElement);
const cards = byId("cards", HTMLUListElement);
const problem = byId("cameras-problem", HTMLParagraphElement);
const status = byId("cameras-status", HTMLParagraphElement);

/** @type {Camera[]} */
let cameras = [];
let shown = "";
let timer = 0;

/** @param {unknown} error null when all is well again */
function tell(error) {
  problem.hidden = error === null;
  setText(problem, error instanceof Error ? error.message : "");
}

const actions = {
  /** @param {Camera} camera */
  async rename(camera) {
    const name = await askName(camera);
    if (name) await change(() => api("PATCH", `/api/cameras/${camera.id}`, { name }), t("Renamed to {name}", { name }));
  },
  /** @param {Camera} camera */
  async remove(camera) {
    if (await askDelete(camera)) await change(() => api("DELETE", `/api/cameras/${camera.id}`), t("{name} deleted", { name: camera.name }));
  },
};

/** @param {string} id of a camera @returns {HTMLElement[]} of its card */
function controls(id) {
  return [...cards.querySelectorAll(`[data-camera="${CSS.escape(id)}"] :is(a, button)`)].filter((control) => control instanceof HTMLElement);
}

function render() {
  page.dataset.state = cameras.length ? "listed" : "empty";
  setText(byId("choices-title", HTMLHeadingElement), cameras.length ? t("New camera") : t("Count people"));
  const now = serverClock.now();
  // Ages are in words and change with the minute; an unchanged list is left alone, with its focus.
  const signature = JSON.stringify(cameras) + Math.floor(now / 15000);
  if (signature === shown) return;
  shown = signature;
  const focused = document.activeElement;
  const id = focused?.closest("[data-camera]")?.getAttribute("data-camera");
  const at = id ? controls(id).findIndex((control) => control === focused) : -1;
  cards.replaceChildren(...cameras.map((camera) => card(camera, now, actions)));
  // By its place: a name that was changed is in the words of the buttons, too.
  if (id) (controls(id)[at] ?? byId("cameras-title", HTMLElement)).focus();
}

async function load() {
  clearTimeout(timer);
  try {
    cameras = (await api("GET", "/api/cameras")).cameras;
    tell(null);
    render();
  } catch (error) {
    tell(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = window.setTimeout(load, POLL_MS);
}

/** @param {() => Promise<unknown>} act @param {string} done said to screen readers */
async function change(act, done) {
  try {
    await act();
    setText(status, done);
  } catch (error) {
    tell(error);
    return;
  }
  await load();
}

/** The code is on this page: there is nowhere to go before a phone has used it. @param {HTMLButtonElement} button */
async function choosePhone(button) {
  button.disabled = true;
  try {
    const dialog = await showPhoneCode();
    // It was disabled when the dialog looked where to go back to.
    dialog.addEventListener("close", () => button.focus());
    tell(null);
  } catch (error) {
    tell(error);
  } finally {
    button.disabled = false;
  }
}

/** @param {HTMLButtonElement} button */
async function choose(button) {
  const source = button.dataset.choose ?? "camera";
  if (source === "phone") return choosePhone(button);
  const word = source === "file" ? t("Video") : t("Camera");
  button.disabled = true;
  try {
    const name = freeName(word, cameras.map((camera) => camera.name));
    const { camera } = await api("POST", "/api/cameras", { name });
    location.assign(`/cameras/${encodeURIComponent(camera.id)}#${source}`);
  } catch (error) {
    button.disabled = false;
    tell(error);
  }
}

for (const button of document.querySelectorAll("[data-choose]")) {
  if (button instanceof HTMLButtonElement) button.addEventListener("click", () => choose(button));
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-choose]")) {
    if (button instanceof HTMLButtonElement) button.disabled = false;
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void load();
});
void load();
