/** Offers to exclude a place where a person has stood for long without moving. */
import { byId, setText } from "../ui/dom.js";
import { tn } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";

/** @typedef {import("../live/protocol.js").Still} Still */

/** Feet that are closer than this share of the height stand in the same place. */
const SAME = 0.2;

/** @param {Still} still @param {number} t capture time of the frame, ms */
export function stillText({ since }, t) {
  const minutes = Math.floor((t - since) / 60_000);
  return tn("Someone has stood here for {n} minute without moving. Exclude this place?", "Someone has stood here for {n} minutes without moving. Exclude this place?", minutes);
}

/** @param {Still["box"]} a @param {Still["box"]} b */
export function isSamePlace(a, b) {
  const reach = SAME * (a[3] - a[1]);
  return Math.abs(a[3] - b[3]) <= reach && Math.abs(a[0] + a[2] - b[0] - b[2]) / 2 <= reach;
}

/** Places that were answered, for the session of the browser; where storage is forbidden, of the page. @param {string} camera id */
function answered(camera) {
  const name = `crowdcount.still.${camera}`;
  /** @type {Still["box"][]} */
  let boxes = [];
  try {
    boxes = JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    console.info("Which places were answered is not remembered: the browser forbids storage.");
  }
  return {
    /** @param {Still} still */
    has: ({ box }) => boxes.some((known) => isSamePlace(known, box)),
    /** @param {Still} still */
    add({ box }) {
      boxes = [...boxes, box];
      try {
        sessionStorage.setItem(name, JSON.stringify(boxes));
      } catch {
        // They are known until the page goes.
      }
    },
  };
}

/**
 * @param {string} camera id
 * @param {{exclude: (box: Still["box"]) => void, saver: {state: string}}} zones
 * @returns {(state: import("../live/run-state.js").StudioState) => void}
 */
export function stillView(camera, zones) {
  const card = byId("still", HTMLElement);
  const text = byId("still-text", HTMLElement);
  const done = answered(camera);
  /** @type {Still | null} */
  let shown = null;
  const close = () => {
    if (card.hidden) return;
    const focused = card.contains(document.activeElement);
    card.hidden = true;
    // The focus moves on from the place of the card.
    if (focused) byId("panel-live", HTMLElement).focus();
  };
  const answer = (/** @type {boolean} */ exclude) => {
    if (!shown) return;
    done.add(shown);
    if (exclude) zones.exclude(shown.box);
    shown = null;
    close();
  };
  byId("still-exclude", HTMLButtonElement).addEventListener("click", () => answer(true));
  byId("still-keep", HTMLButtonElement).addEventListener("click", () => answer(false));
  return ({ figures, phase }) => {
    // Before the stored zones are known there is nothing to add one to.
    const ready = (isRunning(phase) || phase === "watching") && zones.saver.state !== "loading";
    shown = (ready && figures?.still?.find((still) => !done.has(still))) || null;
    if (!shown || !figures) return close();
    setText(text, stillText(shown, figures.t));
    card.hidden = false;
  };
}
