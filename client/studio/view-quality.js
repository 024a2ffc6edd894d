/** How carefully the camera's frames are looked at: a choice with its price, kept by the server for the camera. */
import { formatTenth } from "../core/format.js";
import { api } from "../ui/api.js";
import { byId, element, setText } from "../ui/dom.js";
import { t, tell } from "../ui/words.js";

/**
 * @typedef {object} Choice as `GET /api/qualities` lists it
 * @property {"fast" | "balanced" | "accurate"} name
 * @property {number} input
 * @property {number | null} ms
 * @property {number | null} price
 */

/** What is gained and lost. */
const MEANING = {
  fast: () => t("For few, near people, or many cameras on one machine."),
  balanced: () => t("For most places."),
  accurate: () => t("Finds smaller people, further away."),
};
const NAMES = { fast: () => t("Fast"), balanced: () => t("Balanced"), accurate: () => t("Accurate") };

/** The price before it is chosen, as this machine measured it. @param {Choice} choice @returns {string} */
export function labelOf({ name, price }) {
  if (price === null || name === "balanced") return NAMES[name]();
  const words = { name: NAMES[name](), times: formatTenth(price) };
  // Frames of few pixels are looked at for less.
  return name === "accurate" ? t("{name}: up to {times} × the work", words) : t("{name}: {times} × the work", words);
}

/** @param {Choice} choice @returns {string} */
export function noteOf({ name, input, ms }) {
  if (!ms) return MEANING[name]();
  const pixels = name === "accurate" ? [t("Most with a camera of {input} pixels or more.", { input })] : [];
  const rate = t("This machine looks at up to {rate} such frames a second, over all cameras.", { rate: formatTenth(1000 / ms) });
  return [MEANING[name](), ...pixels, rate].join(" ");
}

/**
 * Stores the choice; a stream that is under way has it at once.
 * @param {import("./studio.js").Studio} studio @param {Choice["name"]} quality @throws {import("../ui/api.js").ApiError}
 */
export async function chooseQuality(studio, quality) {
  const { max_side: side } = await api("PUT", pathOf(studio.desk.camera), { quality });
  studio.run?.onQuality(side);
  const select = byId("quality", HTMLSelectElement);
  if (select.value !== quality && select.options.length) {
    select.value = quality;
    select.dispatchEvent(new Event("chosen"));
  }
}

/** @param {string} camera id */
function pathOf(camera) {
  return `/api/cameras/${encodeURIComponent(camera)}/quality`;
}

/**
 * Asks when the settings are opened for the first time: a price costs the machine some frames.
 * @param {HTMLElement} tabs @param {import("./studio.js").Studio} studio
 */
export function wireQuality(tabs, studio) {
  const opened = (/** @type {Event} */ event) => {
    if (!(event instanceof CustomEvent) || event.detail !== "tab-settings") return;
    tabs.removeEventListener("tabchange", opened);
    offer(studio);
  };
  tabs.addEventListener("tabchange", opened);
}

/** @param {import("./studio.js").Studio} studio */
function offer(studio) {
  const select = byId("quality", HTMLSelectElement);
  const note = byId("quality-note", HTMLElement);
  const path = pathOf(studio.desk.camera);
  /** @type {Choice[]} */
  let choices = [];
  const describe = () => {
    const choice = choices.find(({ name }) => name === select.value);
    if (choice) setText(note, noteOf(choice));
  };
  /** @param {unknown} error */
  const fail = (error) => setText(note, tell(error instanceof Error ? error.message : String(error)));
  select.addEventListener("change", () => {
    describe();
    chooseQuality(studio, /** @type {Choice["name"]} */ (select.value)).then(() => setText(note, `${note.textContent} ${t("It is in use from now on.")}`), fail);
  });
  select.addEventListener("chosen", describe);
  /** @param {Choice[]} offered @param {string} chosen */
  const show = (offered, chosen) => {
    choices = offered;
    select.replaceChildren(...choices.map((choice) => element("option", { value: choice.name }, labelOf(choice))));
    select.value = chosen;
    describe();
  };
  api("GET", path).then(async ({ quality }) => {
    show(/** @type {Choice["name"][]} */ (["fast", "balanced", "accurate"]).map((name) => ({ name, input: 0, ms: null, price: null })), quality);
    setText(note, t("Measuring what each choice costs on this machine."));
    const { qualities } = await api("GET", "/api/qualities");
    show(qualities, quality);
    select.disabled = false;
  }).catch(fail);
}
