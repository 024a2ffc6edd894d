/** Another quality would find more people: says so, and switches to it. */
import { formatCount } from "../core/format.js";
import { byId, setText } from "../ui/dom.js";
import { t, tell } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";
import { chooseQuality } from "./view-quality.js";

/** @typedef {import("../live/protocol.js").Advice} Advice */

/** Longer than people need to walk by: a card that comes and goes cannot be pressed. */
const STAYS_MS = 10000;
/** A smaller change of the height is not worth another sentence. */
const STEP_PX = 2;

const NAMES = { fast: t("Fast"), balanced: t("Balanced"), accurate: t("Accurate") };

/** @param {Advice} advice */
export function adviceText({ quality, height }) {
  return t("People are about {pixels} pixels tall. Choose {quality} to find more of them.", { pixels: formatCount(height), quality: NAMES[quality] });
}

/** For the session of the browser; where storage is forbidden, of the page. @param {string} camera id */
function dismissal(camera) {
  const name = `crowdcount.advice.${camera}`;
  let dismissed = false;
  try {
    dismissed = sessionStorage.getItem(name) !== null;
  } catch {
    console.info("Whether advice was dismissed is not remembered: the browser forbids storage.");
  }
  return {
    get isSet() {
      return dismissed;
    },
    set() {
      dismissed = true;
      try {
        sessionStorage.setItem(name, "1");
      } catch {
        // It is known until the page goes.
      }
    },
  };
}

/** @param {import("./studio.js").Studio} studio @returns {(state: import("../live/run-state.js").StudioState, now: number) => void} */
export function adviceView(studio) {
  const card = byId("advice", HTMLElement);
  const text = byId("advice-text", HTMLElement);
  const take = byId("advice-take", HTMLButtonElement);
  const dismissed = dismissal(studio.desk.camera);
  /** @type {Advice | null} */
  let shown = null;
  let heardAt = -Infinity;
  /** What became of the choice; stays until it is closed. */
  let outcome = "";
  const close = () => {
    const focused = card.contains(document.activeElement);
    card.hidden = true;
    // The focus moves on from the place of the card.
    if (focused) byId("panel-live", HTMLElement).focus();
  };
  byId("advice-later", HTMLButtonElement).addEventListener("click", () => {
    dismissed.set();
    outcome = "";
    close();
  });
  take.addEventListener("click", () => {
    if (!shown) return;
    const { quality } = shown;
    take.disabled = true;
    chooseQuality(studio, quality).then(
      () => {
        dismissed.set();
        close();
        studio.run?.say(t("{quality} is in use", { quality: NAMES[quality] }));
      },
      (error) => {
        take.disabled = false;
        outcome = tell(error instanceof Error ? error.message : String(error));
        setText(text, outcome);
      },
    );
  });
  return ({ figures, phase }, now) => {
    if (dismissed.isSet || take.disabled) return;
    const advice = figures?.advice ?? null;
    if (advice) {
      heardAt = now;
      const same = shown?.quality === advice.quality && Math.abs(shown.height - advice.height) < STEP_PX;
      if (!same) {
        shown = advice;
        outcome = "";
      }
    }
    const wanted = shown !== null && isRunning(phase) && now - heardAt < STAYS_MS;
    if (card.hidden === !wanted && !wanted) return;
    if (!wanted || !shown) return close();
    setText(text, outcome || adviceText(shown));
    setText(take, t("Choose {quality}", { quality: NAMES[shown.quality] }));
    card.hidden = false;
  };
}
