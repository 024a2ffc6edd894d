/** The controls under the stage. */
import { formatClock, formatCount, formatSpan } from "../core/format.js";
import { byId, setAttribute, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";

/** @typedef {import("../live/run-state.js").StudioState} StudioState */

/** @param {import("../live/run-state.js").Progress} progress */
export function progressText({ done, total, leftMs }) {
  const counted = t("{done} of {total}", { done: formatCount(done), total: formatCount(total) });
  return leftMs === null || done >= total ? counted : t("{counted} · {span} left", { counted, span: formatSpan(leftMs) });
}

/** @returns {(state: StudioState) => void} */
export function toolbarView() {
  const toolbar = byId("toolbar", HTMLElement);
  const pause = byId("pause", HTMLButtonElement);
  const transport = byId("transport", HTMLElement);
  const stepping = byId("stepping", HTMLElement);
  const seek = byId("seek", HTMLInputElement);
  const position = byId("position", HTMLElement);
  const progress = byId("progress", HTMLProgressElement);
  const progressWords = byId("progress-text", HTMLElement);
  const change = byId("switch", HTMLButtonElement);
  return (state) => {
    const running = isRunning(state.phase);
    const file = state.source === "file";
    toolbar.hidden = !running;
    pause.hidden = !file;
    setText(byId("pause-word", HTMLElement), state.paused ? t("Go on") : t("Pause"));
    transport.hidden = !(file && state.mode === "live" && state.position);
    stepping.hidden = !(file && state.mode === "every");
    change.hidden = !(state.source === "camera" && state.devices.length > 1);
    if (state.position && !transport.hidden) {
      const { at, duration } = state.position;
      if (document.activeElement !== seek || !seek.matches(":active")) seek.value = String(duration ? Math.round((at / duration) * 1000) : 0);
      const words = `${formatClock(at)} / ${formatClock(duration)}`;
      setText(position, words);
      setAttribute(seek, "aria-valuetext", words);
    }
    if (!stepping.hidden) {
      progress.max = state.progress?.total || 1;
      progress.value = state.progress?.done ?? 0;
      setText(progressWords, state.progress ? progressText(state.progress) : t("Opening the file"));
    }
  };
}
