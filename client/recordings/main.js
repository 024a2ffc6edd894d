/** The page of recordings: what is sent, what is counted, and what it came to. */
import "../ui/main.js";
import { confirmLoss } from "../ui/confirm.js";
import { ApiError, api } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { KeyedList } from "../ui/keyed-list.js";
import { t } from "../ui/words.js";
import { entry } from "./card.js";
import { comparison } from "./compare.js";
import { askChanges } from "./edit.js";
import { countOnServer } from "./send-dialog.js";

/** @typedef {import("./types.js").Recording} Recording */
/** @typedef {import("./types.js").Run} Run */

const POLL_MS = 2000;
const PATIENCE_MS = 15000;
const page = byId("recordings", HTMLElement);
const picker = byId("recordings-file", HTMLInputElement);
const list = new KeyedList(byId("recording-cards", HTMLUListElement));

/** @type {Recording[]} */
let recordings = [];
/** Runs to be compared, in the order in which they were chosen. @type {string[]} */
let chosen = [];
/** What the file that is chosen next is for. @type {Recording | null} */
let wanted = null;
let timer = 0;

/** @param {unknown} error null when all is well again */
function complain(error) {
  const problem = byId("recordings-problem", HTMLElement);
  problem.hidden = error === null;
  setText(problem, error instanceof Error ? error.message : typeof error === "string" ? error : "");
}

/** @param {Recording | null} recording */
function pick(recording) {
  wanted = recording;
  picker.value = "";
  picker.click();
}

/** @param {() => Promise<unknown>} act @param {string} done said to screen readers */
async function change(act, done) {
  try {
    await act();
    setText(byId("recordings-status", HTMLElement), done);
    complain(null);
  } catch (error) {
    complain(error);
    return;
  }
  await load();
}

/** @param {Recording} recording */
const path = ({ id }) => `/api/recordings/${encodeURIComponent(id)}`;

/** @type {import("./card.js").Actions} */
const actions = {
  async edit(recording) {
    const changes = await askChanges(recording);
    if (changes && Object.keys(changes).length) await change(() => api("PATCH", path(recording), changes), t("Saved"));
  },
  async remove(recording) {
    const text = t("Its file, its runs and all their numbers are permanently deleted. Counting stops.");
    if (await confirmLoss(t("Delete “{name}”?", { name: recording.name }), text, t("Delete"))) await change(() => api("DELETE", path(recording)), t("{name} deleted", { name: recording.name }));
  },
  resume: (recording) => pick(recording),
  async giveUp(recording) {
    const { file } = recording;
    if (file && (await confirmLoss(t("Cancel the upload?"), t("What was uploaded of {name} is deleted.", { name: recording.name }), t("Cancel upload")))) await change(() => drop(file.upload), t("Upload canceled"));
  },
  async again(recording) {
    if (recording.file?.complete) await change(() => api("POST", `${path(recording)}/runs`, {}), t("Waiting to be counted"));
    else pick(recording);
  },
  async removeRun(recording, run) {
    const open = run.state === "counting" || run.state === "waiting";
    const title = open ? t("Stop counting?") : t("Delete this run?");
    const text = open ? t("What was counted so far and the file are deleted.") : t("Its numbers, its history and its heatmap are permanently deleted.");
    if (await confirmLoss(title, text, open ? t("Stop counting") : t("Delete"))) await change(() => api("DELETE", `${path(recording)}/runs/${encodeURIComponent(run.id)}`), open ? t("Counting stopped") : t("Run deleted"));
  },
  choose(run, on) {
    chosen = [...chosen.filter((id) => id !== run.id), ...(on ? [run.id] : [])].slice(-2);
    render();
    if (chosen.length === 2) byId("compare", HTMLElement).scrollIntoView({ block: "nearest" });
  },
  isChosen: (run) => chosen.includes(run.id),
};

/** The protocol of uploads has a version, which every request names. @param {string} address */
async function drop(address) {
  const response = await fetch(address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
  if (!response.ok && response.status !== 404) throw new ApiError(response.status, "FAILED", t("The server answered with status {status}.", { status: response.status }));
}

function render() {
  page.dataset.state = recordings.length ? "listed" : "empty";
  const now = Date.now();
  list.render(recordings.map((recording) => entry(recording, actions, now)));
  const all = recordings.flatMap((recording) => recording.runs.map((run) => ({ recording, run })));
  chosen = chosen.filter((id) => all.some(({ run }) => run.id === id));
  const two = chosen.flatMap((id) => all.filter(({ run }) => run.id === id));
  two.sort((a, b) => a.run.queued_at.localeCompare(b.run.queued_at));
  const section = byId("compare", HTMLElement);
  section.hidden = two.length < 2;
  if (two.length === 2) byId("compare-table", HTMLElement).replaceChildren(comparison(two));
}

async function load() {
  clearTimeout(timer);
  try {
    recordings = (await api("GET", "/api/recordings", undefined, PATIENCE_MS)).recordings;
    complain(null);
    render();
  } catch (error) {
    complain(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = window.setTimeout(load, POLL_MS);
}

/** @param {File} file */
async function take(file) {
  const recording = wanted;
  wanted = null;
  const changed = () => void load();
  try {
    if (recording?.file && !recording.file.complete) {
      if (file.size !== recording.file.size) return complain(t("This is another file: choose the one of {name}.", { name: recording.name }));
      await countOnServer(file, { upload: recording.file.upload }, changed);
    } else {
      await countOnServer(file, recording ? { recording: recording.id } : {}, changed);
    }
  } catch (error) {
    complain(error);
  }
}

byId("recordings-choose", HTMLButtonElement).addEventListener("click", () => pick(null));
byId("compare-close", HTMLButtonElement).addEventListener("click", () => {
  chosen = [];
  render();
  byId("recordings-title", HTMLElement).focus();
});
picker.addEventListener("change", () => {
  const [file] = picker.files ?? [];
  if (file) void take(file);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void load();
});
void load();
