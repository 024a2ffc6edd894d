/** One recording of the list: what it is, how far it is, what it came to. */
import { formatSpan } from "../core/format.js";
import { element, icon } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";
import { runsTable } from "./runs-table.js";
import { STATE_WORDS, completeText, crossedText, dateText, figureText, momentText, progressText, sentText, shareOf, sizeText, whyText } from "./words.js";

/** @typedef {import("./types.js").Recording} Recording */
/** @typedef {import("./types.js").Run} Run */

/**
 * @typedef {object} Actions
 * @property {(recording: Recording) => void} edit
 * @property {(recording: Recording) => void} remove
 * @property {(recording: Recording) => void} resume
 * @property {(recording: Recording) => void} giveUp
 * @property {(recording: Recording) => void} again
 * @property {(recording: Recording, run: Run) => void} removeRun
 * @property {(run: Run, chosen: boolean) => void} choose for a comparison
 * @property {(run: Run) => boolean} isChosen
 */

/** @param {string} id @param {string} name of the icon @param {string} label @param {() => void} act */
function tool(id, name, label, act) {
  const button = element("button", { type: "button", class: "button-quiet", title: label, id }, icon(name), element("span", { class: "visually-hidden" }, label));
  button.addEventListener("click", act);
  return button;
}

/** @param {string} id @param {string} text @param {() => void} act @param {string} [kind] */
function action(id, text, act, kind = "button") {
  const button = element("button", { type: "button", class: kind, id }, text);
  button.addEventListener("click", act);
  return button;
}

/** @param {Recording} recording @param {Actions} actions */
function head(recording, actions) {
  const { id, name } = recording;
  const tools = element("div", { class: "card-tools" }, tool(`edit-${id}`, "pencil", t("Edit {name}", { name }), () => actions.edit(recording)), tool(`delete-${id}`, "trash-2", t("Delete {name}", { name }), () => actions.remove(recording)));
  return element("div", { class: "card-head" }, element("h2", { class: "card-title" }, name), tools);
}

/** @param {Recording} recording @param {Actions} actions */
function uploading(recording, actions) {
  const { file, id } = recording;
  if (!file) return element("p", {});
  const bar = element("progress", { max: String(file.size), value: String(file.received), "aria-label": t("Uploaded") });
  return element(
    "div",
    { class: "recording-state" },
    bar,
    element("p", { class: "digits" }, t("Upload not finished: {sent}", { sent: sentText(file.received, file.size, null) })),
    element("p", { class: "card-note" }, t("Choose the same file again to resume, until {time}.", { time: momentText(file.expires_at) })),
    element("div", { class: "actions" }, action(`resume-${id}`, t("Resume upload"), () => actions.resume(recording), "button button-primary"), action(`drop-${id}`, t("Cancel upload"), () => actions.giveUp(recording))),
  );
}

/** @param {string} term @param {string} kind @param {string} text @param {number | null} value */
function figure(term, kind, text, value) {
  return element("div", { "data-figure": kind, "data-known": String(value !== null) }, element("dt", {}, term), element("dd", {}, text));
}

/** @param {Run} run */
function figures(run) {
  const { people, peak, crowd_peak: crowd, entries, exits } = run;
  return element(
    "dl",
    { class: "recording-figures" },
    figure(t("People"), "people", figureText(people), people),
    figure(t("Peak"), "peak", crowd === null ? figureText(peak) : `≈ ${figureText(crowd)}`, crowd ?? peak),
    figure(t("In"), "in", crossedText(run, "entries"), entries),
    figure(t("Out"), "out", crossedText(run, "exits"), exits),
  );
}

/** @param {Recording} recording @param {Actions} actions */
function state(recording, actions) {
  const [run] = recording.runs;
  const { id, file } = recording;
  const again = action(`again-${id}`, t("Count again"), () => actions.again(recording));
  if (file && !file.complete) return uploading(recording, actions);
  if (!run) return element("div", { class: "recording-state" }, element("p", { class: "card-note" }, t("Not counted yet")), element("div", { class: "actions" }, again));
  const word = element("p", { class: "recording-word", "data-state": run.state }, STATE_WORDS[run.state]);
  const stop = action(`stop-${id}`, t("Stop counting"), () => actions.removeRun(recording, run));
  if (run.state === "waiting") return element("div", { class: "recording-state" }, word, element("div", { class: "actions" }, stop));
  if (run.state === "counting") {
    const share = shareOf(run);
    const bar = element("progress", share === null ? { "aria-label": t("Counted") } : { max: "1", value: String(share), "aria-label": t("Counted") });
    return element("div", { class: "recording-state" }, word, bar, element("p", { class: "digits" }, progressText(run)), element("div", { class: "actions" }, stop));
  }
  if (run.state === "done") return element("div", { class: "recording-state" }, figures(run), element("p", { class: "card-note" }, completeText(run)), element("div", { class: "actions" }, again));
  return element("div", { class: "recording-state" }, word, element("p", { class: "card-note" }, whyText(run.why)), element("div", { class: "actions" }, again));
}

/** @param {Recording} recording @returns {string} */
function facts({ created_at: created, size, ...recording }) {
  const age = t("added {span} ago", { span: formatSpan(Date.now() - Date.parse(created)) });
  return [dateText(/** @type {Recording} */ (recording)), sizeText(size), age].join(" · ");
}

/** @param {Recording} recording @param {Actions} actions */
function runs(recording, actions) {
  const { runs: all } = recording;
  if (!all.length) return null;
  const summary = element("summary", {}, tn("{n} run", "{n} runs", all.length));
  return element("details", { class: "more", id: `runs-${recording.id}` }, summary, runsTable(recording, actions));
}

/** @param {Recording} recording @param {Actions} actions @param {number} now ms @returns {import("../ui/keyed-list.js").Entry} */
export function entry(recording, actions, now) {
  const { id, name, file, runs: all } = recording;
  const settled = all.map((run) => (run.state === "counting" ? { ...run, frames_read: 0, left_s: null } : run));
  const open = () => document.getElementById(`runs-${id}`)?.hasAttribute("open") ?? false;
  return {
    key: id,
    attributes: { class: "card recording", "data-recording": id, "data-state": file && !file.complete ? "uploading" : (all[0]?.state ?? "bare") },
    parts: [
      { shows: name, make: () => head(recording, actions) },
      { shows: facts(recording) + Math.floor(now / 60000), make: () => element("p", { class: "card-note" }, facts(recording)) },
      { shows: JSON.stringify([file, all[0] ?? null]), make: () => state(recording, actions) },
      {
        shows: JSON.stringify([settled, all.map(actions.isChosen)]),
        make: () => {
          const made = runs(recording, actions);
          made?.toggleAttribute("open", open());
          return made;
        },
      },
    ],
  };
}
