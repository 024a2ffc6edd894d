/** Says below the chart how much of the time was estimated or unknown, and when. */
import { formatSpan } from "../core/format.js";
import { byId, element, setText } from "../ui/dom.js";
import { locale, t } from "../ui/words.js";
import { unknownStretches, worthSaying } from "./certainty.js";

/** @typedef {import("./digest.js").Series} Series */

/** A moment at the beginning of a stream is not worth a word, nor are seconds of a whole day. */
const FAR_APART_S = 3;

/** How sure the figures of a series are, in words. @param {import("./digest.js").Digest} digest */
export function certaintyText({ estimatedS, unknownS, partlyUnknown }) {
  const parts = [
    ...(estimatedS > 0 ? [t("{time} estimated", { time: formatSpan(estimatedS * 1000) })] : []),
    ...(partlyUnknown ? [t("{time} unknown", { time: formatSpan(unknownS * 1000) })] : []),
  ];
  return parts.length ? parts.join(" · ") : t("Counted");
}

/** @param {string} id @param {string} text hidden where it is empty */
function say(id, text) {
  const line = byId(id, HTMLElement);
  line.hidden = text === "";
  setText(line, text);
}

/** @param {import("./certainty.js").Stretch} stretch */
function row({ from, to, unknownS }) {
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" });
  return element("tr", {}, element("th", { scope: "row" }, moment.formatRange(from, to)), element("td", {}, formatSpan(unknownS * 1000)));
}

/** @param {readonly Series[]} series @param {import("./digest.js").Digest} whole of the series that is shown first @param {number} stepS */
export function renderNotes(series, { estimatedS, unknownS, unfollowedS }, stepS) {
  const stretches = unknownStretches(series, stepS);
  const unknown = series.some(({ points }) => worthSaying(points));
  say("history-estimated", estimatedS > 0 ? t("≈ marks estimates: for {time} there were too many people to count one by one.", { time: formatSpan(estimatedS * 1000) }) : "");
  say("history-unknown", unknown ? t("For {time} the number of people was unknown. Averages leave that out; peaks may have been higher.", { time: formatSpan(unknownS * 1000) }) : "");
  say("history-unfollowed", unfollowedS >= FAR_APART_S ? t("Some of the time frames were too far apart to follow people: entries, exits and dwell times are not meaningful at that frame rate and are left out.") : "");
  byId("history-unknown-key", HTMLElement).hidden = stretches.length === 0;
  byId("history-unknown-table", HTMLElement).hidden = stretches.length === 0;
  byId("history-unknown-rows", HTMLElement).replaceChildren(...stretches.map(row));
}
