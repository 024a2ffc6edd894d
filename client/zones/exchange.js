/** Zones from another camera, from a file, into a file. */
import { api } from "../ui/api.js";
import { byId, element, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { freeName } from "./names.js";
import { PlanError, decodePlan, encodePlan } from "./plan-json.js";
import { MAX_SHAPES } from "./shape.js";

/**
 * @typedef {import("./editor.js").Editor} Editor
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./shape.js").Shape} Shape
 */

/** What is larger is no plan of this program. */
const MAX_BYTES = 1_000_000;

/** The shapes of both; what is added gets its own id, and a free name. @param {Plan} plan @param {readonly Shape[]} more @param {() => string} makeId @returns {Plan} */
export function joined(plan, more, makeId) {
  const shapes = [...plan.shapes];
  for (const shape of more) {
    if (shapes.length < MAX_SHAPES) shapes.push({ ...shape, id: makeId(), name: freeName(shape.name, shapes) });
  }
  return { ...plan, shapes };
}

/** @param {number} copied @param {number} found @returns {string} */
export function copiedText(copied, found) {
  if (copied === found) return tn("{n} shape copied.", "{n} shapes copied.", copied);
  return t("{copied} of {found} shapes copied: a camera has at most {limit} zones and lines.", { copied, found, limit: MAX_SHAPES });
}

/** @param {string} name of a camera @returns {string} of a file */
export function fileName(name) {
  return `${name.normalize("NFKD").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "camera"}-zones.json`;
}

/** @param {string} name @param {Blob} blob */
export function saveFile(name, blob) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {Editor} editor @param {(text: string) => void} tell */
function wireFiles(editor, tell) {
  const input = byId("zone-file", HTMLInputElement);
  const name = byId("studio", HTMLElement).dataset.name ?? "";
  byId("zone-export", HTMLButtonElement).addEventListener("click", () => {
    const text = `${JSON.stringify(encodePlan(editor.state.plan), null, 2)}\n`;
    saveFile(fileName(name), new Blob([text], { type: "application/geo+json" }));
  });
  byId("zone-import", HTMLButtonElement).addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (!file) return;
    try {
      if (file.size > MAX_BYTES) throw new PlanError(t("The file is too large."));
      const plan = decodePlan(JSON.parse(await file.text()));
      editor.change(plan);
      editor.select(null);
      tell(tn("{n} shape imported in place of what was there. Undo brings that back.", "{n} shapes imported in place of what was there. Undo brings that back.", plan.shapes.length));
    } catch (error) {
      if (!(error instanceof PlanError || error instanceof SyntaxError)) throw error;
      tell(t("Not imported: {why}", { why: error instanceof SyntaxError ? t("this is no JSON file.") : error.message }));
    }
  });
}

/** @param {Editor} editor @param {string} camera id */
export function wireExchange(editor, camera) {
  const note = byId("exchange-note", HTMLElement);
  const select = byId("copy-from", HTMLSelectElement);
  const tell = (/** @type {string} */ text) => setText(note, text);
  const failed = (/** @type {unknown} */ error) => tell(error instanceof Error ? error.message : String(error));
  wireFiles(editor, tell);
  byId("copy", HTMLButtonElement).addEventListener("click", async () => {
    try {
      const { plan } = await api("GET", `/api/cameras/${encodeURIComponent(select.value)}/plan`);
      const { shapes } = decodePlan(plan);
      if (!shapes.length) return tell(t("That camera has no zones."));
      const before = editor.state.plan;
      const after = joined(before, shapes, editor.makeId);
      const copied = after.shapes.length - before.shapes.length;
      if (copied) editor.change(after);
      tell(copiedText(copied, shapes.length));
    } catch (error) {
      failed(error);
    }
  });
  return async () => {
    try {
      /** @type {{cameras: {id: string, name: string}[]}} */
      const { cameras } = await api("GET", "/api/cameras");
      const others = cameras.filter(({ id }) => id !== camera);
      byId("copy-field", HTMLElement).hidden = others.length === 0;
      select.replaceChildren(...others.map(({ id, name }) => element("option", { value: id }, name)));
    } catch (error) {
      failed(error);
    }
  };
}
