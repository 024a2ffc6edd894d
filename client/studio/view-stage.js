/** What lies over the stage: the status, the first choice, a message, the summary. */
import { formatClock, formatCount } from "../core/format.js";
import { sumUp } from "../core/people.js";
import { byId, element, icon, setAttribute, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";
import { statusText } from "./words.js";

/** @typedef {import("../capture/problem.js").Problem} Problem */
/** @typedef {import("../capture/problem.js").ProblemAction} ProblemAction */
/** @typedef {import("../live/run-state.js").StudioState} StudioState */

/** What a browser cannot do with a file the server can. @type {ReadonlySet<string>} */
const FOR_SERVER = new Set(["unplayable_file", "no_stepping"]);

/** @type {Record<ProblemAction, string>} */
const ACTION_WORDS = {
  retry: t("Try again"),
  camera: t("Use this camera"),
  file: t("Choose a video file"),
  here: t("Stream here instead"),
  cameras: t("To the cameras"),
};

/** @type {Problem} */
export const ASKING = {
  code: "asking",
  phase: "denied",
  icon: "camera",
  title: t("Allow the camera"),
  text: t("The browser asks now. The picture is needed to count the people in it; it is counted and forgotten."),
  advice: [],
  actions: [],
};

/** @param {(action: ProblemAction) => void} act @param {(() => void) | null} [toServer] counts the file there @returns {(problem: Problem | null) => void} */
export function noticeView(act, toServer = null) {
  const notice = byId("notice", HTMLElement);
  /** @type {Problem | null | undefined} */
  let before;
  return (problem) => {
    if (problem === before) return;
    before = problem;
    notice.hidden = !problem;
    if (!problem) return;
    notice.classList.toggle("is-error", problem.phase !== "ended" && problem !== ASKING);
    byId("notice-icon", HTMLElement).replaceChildren(icon(problem.icon));
    setText(byId("notice-title", HTMLElement), problem.title);
    setText(byId("notice-text", HTMLElement), problem.text);
    byId("notice-advice", HTMLElement).replaceChildren(...problem.advice.map((line) => element("li", {}, line)));
    const offered = toServer && FOR_SERVER.has(problem.code) ? [{ action: "server", text: t("Count on the server"), run: toServer }] : [];
    const usual = problem.actions.map((action) => ({ action, text: ACTION_WORDS[action], run: () => act(action) }));
    const buttons = [...offered, ...usual].map(({ action, text, run }, index) => {
      const button = element("button", { type: "button", class: index === 0 ? "button button-primary" : "button", "data-action": action }, text);
      button.addEventListener("click", run);
      return button;
    });
    byId("notice-actions", HTMLElement).replaceChildren(...buttons);
    if (document.activeElement === document.body) buttons[0]?.focus();
  };
}

/** @param {StudioState} state */
function renderSummary({ ending, source, phase }) {
  const summary = byId("summary", HTMLElement);
  const shown = phase === "ended" && ending !== null;
  summary.hidden = !shown;
  if (!shown) return;
  const { peak, unique } = sumUp(ending.last, ending.peak, ending.crowdPeak, ending.unique);
  setText(byId("summary-peak", HTMLElement), peak);
  setText(byId("summary-unique", HTMLElement), unique);
  setText(byId("summary-frames", HTMLElement), formatCount(ending.frames));
  setAttribute(byId("summary-frames", HTMLElement), "data-frames", String(ending.frames));
  setText(byId("summary-duration", HTMLElement), formatClock(ending.durationMs));
  setText(byId("again-text", HTMLElement), source === "file" ? t("Count it again") : t("Start again"));
  const note = byId("summary-note", HTMLElement);
  note.hidden = !ending.note;
  setText(note, ending.note);
}

/** @param {(action: ProblemAction) => void} act @param {() => void} toServer @returns {(state: StudioState) => void} */
export function stageView(act, toServer) {
  const root = byId("studio", HTMLElement);
  const start = byId("start", HTMLElement);
  const status = byId("status-text", HTMLElement);
  const stage = byId("stage", HTMLElement);
  const renderNotice = noticeView(act, toServer);
  return (state) => {
    setAttribute(root, "data-state", state.phase);
    setAttribute(root, "data-mode", state.mode);
    setAttribute(root, "data-source", state.source);
    setAttribute(root, "data-problem", state.problem?.code ?? null);
    root.toggleAttribute("data-paused", state.paused);
    stage.classList.toggle("mirrored", state.settings.mirror);
    start.hidden = state.phase !== "idle";
    const words = statusText(state);
    setText(status, state.notice && isRunning(state.phase) ? `${words} · ${state.notice}` : words);
    renderNotice(state.phase === "asking" ? ASKING : state.problem);
    renderSummary(state);
  };
}
