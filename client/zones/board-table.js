/** All figures of all zones next to each other, for comparing and for screen readers. */
import { formatClock, formatTenth } from "../core/format.js";
import { byId, element, setText } from "../ui/dom.js";
import { NONE, countText, hasIdentities, peakSoFar, peopleText } from "../core/people.js";
import { locale, t } from "../ui/words.js";
import { peopleOfZone } from "./figures.js";
import { serviceChip, showService } from "./service.js";

/**
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 * @typedef {import("../core/people.js").People} People
 * @typedef {{id: string, name: string}} Named
 */

/** A table that changes with every frame cannot be read. */
const REST_MS = 1000;
const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });

/** @param {number | null} seconds */
function clock(seconds) {
  return seconds === null ? NONE : formatClock(seconds * 1000);
}

/** Of people with a box; while boxes do not tell, it says nothing. @param {(zone: ZoneResult) => string} text */
function boxed(text) {
  return (/** @type {ZoneResult} */ zone, /** @type {People} */ people) => (hasIdentities(people) ? text(zone) : NONE);
}

/** @type {readonly [string, (zone: ZoneResult, people: People) => string][]} */
const COLUMNS = [
  [t("Now"), (_zone, people) => peopleText(people)],
  [t("Average"), boxed(({ average }) => formatTenth(average))],
  [t("Peak"), ({ peak, crowd_peak: crowdPeak }, people) => peakSoFar(people, peak, crowdPeak)],
  [t("Visitors"), boxed(({ visitors }) => countText(visitors))],
  [t("In"), boxed(({ entries }) => countText(entries))],
  [t("Out"), boxed(({ exits }) => countText(exits))],
  [t("Mean stay"), boxed(({ dwell }) => clock(dwell.mean_s))],
  [t("Median stay"), boxed(({ dwell }) => clock(dwell.median_s))],
  [t("9 of 10 stay at most"), boxed(({ dwell }) => clock(dwell.p90_s))],
  [t("Longest now"), boxed(({ dwell }) => clock(dwell.longest_now_s))],
  [t("Per m²"), ({ density, crowd }) => (density === null ? "–" : `${crowd ? "≈\u00a0" : ""}${decimals.format(density)}`)],
];

/** @param {ZoneResult | undefined} live @param {boolean} [known] whether anything can be said of the frame @returns {string[]} one text for each column but the level */
export function cellsOf(live, known = true) {
  const people = live && peopleOfZone(live, known);
  return COLUMNS.map(([, text]) => (live && people ? text(live, people) : NONE));
}

/** @returns {(zones: readonly Named[], results: readonly ZoneResult[], known: boolean, now: number) => void} */
export function boardTable() {
  const details = byId("board-table-details", HTMLDetailsElement);
  const body = byId("board-table", HTMLElement);
  byId("board-table-head", HTMLElement).append(...[t("Zone"), ...COLUMNS.map(([name]) => name), t("Level")].map((name) => element("th", { scope: "col" }, name)));
  let order = "";
  let filledAt = -Infinity;
  details.addEventListener("toggle", () => (filledAt = -Infinity));
  return (zones, results, known, now) => {
    details.hidden = zones.length === 0;
    if (!details.open || details.hidden || now - filledAt < REST_MS) return;
    filledAt = now;
    const ids = zones.map(({ id }) => id).join(" ");
    if (ids !== order) {
      order = ids;
      body.replaceChildren(...zones.map(() => element("tr", {}, element("th", { scope: "row" }), ...COLUMNS.map(() => element("td")), element("td", {}, serviceChip()))));
    }
    zones.forEach(({ id, name }, row) => {
      const live = results.find((result) => result.id === id);
      const cells = [...body.children[row].children];
      [name, ...cellsOf(live, known)].forEach((text, i) => setText(cells[i], text));
      showService(/** @type {Element} */ (cells[cells.length - 1].firstElementChild), live?.service);
    });
  };
}
