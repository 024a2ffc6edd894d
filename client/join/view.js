/** Draws the page of a phone that is a camera. */
import { formatDelay, formatRate } from "../core/format.js";
import { byId, setAttribute, setText } from "../ui/dom.js";
import { countView } from "../studio/view-figures.js";
import { isCurrent, isRunning } from "../live/run-state.js";
import { noticeView, ASKING } from "../studio/view-stage.js";
import { ageText, statusText } from "../studio/words.js";
import { dataText, invitationOver } from "./words.js";

/** @typedef {import("../live/run-state.js").StudioState} StudioState */

const NONE = "–";

/** What the server calls it when an invitation was withdrawn, or expired, while its device streams. */
const UNINVITED = "uninvited";

/** A phone that joined has nothing else to go to. @param {import("../capture/problem.js").Problem | null} problem */
function fitting(problem) {
  if (problem?.code === UNINVITED) return invitationOver();
  if (!problem || problem.actions.every((action) => action === "retry" || action === "here")) return problem;
  return { ...problem, actions: problem.actions.filter((action) => action === "retry" || action === "here") };
}

/** @param {(action: import("../capture/problem.js").ProblemAction) => void} act @returns {(state: StudioState, now: number) => void} */
export function joinView(act) {
  const root = byId("studio", HTMLElement);
  const [status, delay, fps, data, age, announcer, dark] = ["status-text", "delay", "fps", "data", "age", "announcer", "dark"].map((id) => byId(id, HTMLElement));
  const saving = byId("saving", HTMLButtonElement);
  const change = byId("switch", HTMLButtonElement);
  const notice = noticeView(act);
  const showCount = countView(root);
  let [spent, ofRun] = [0, 0];
  let known = /** @type {{from: StudioState["problem"], to: StudioState["problem"]}} */ ({ from: null, to: null });
  return (state, now) => {
    const { figures, rates, settings, problem } = state;
    if (problem !== known.from) known = { from: problem, to: fitting(problem) };
    setAttribute(root, "data-state", state.phase);
    setAttribute(root, "data-problem", known.to?.code ?? null);
    root.toggleAttribute("data-stale", figures !== null && !isCurrent(state));
    setText(status, state.notice && isRunning(state.phase) ? `${statusText(state)} · ${state.notice}` : statusText(state));
    showCount(figures, now);
    setText(delay, rates.delayMs === null ? NONE : formatDelay(Math.round(rates.delayMs)));
    setText(fps, rates.fps === null ? NONE : formatRate(rates.fps));
    // Each run counts from nothing; a plan pays for all of them.
    if (rates.sentBytes < ofRun) spent += ofRun;
    ofRun = rates.sentBytes;
    if (spent + ofRun) setText(data, dataText(spent + ofRun));
    const words = ageText(state, now);
    age.hidden = words === null;
    setText(age, words ?? "");
    setText(announcer, state.announcement);
    setAttribute(saving, "aria-pressed", String(settings.saving));
    dark.hidden = !(settings.saving && isRunning(state.phase));
    root.toggleAttribute("data-saving", !dark.hidden);
    change.hidden = !(isRunning(state.phase) && state.devices.length > 1);
    notice(state.phase === "asking" ? ASKING : known.to);
  };
}
