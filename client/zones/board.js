/** The live dashboard of zones and lines: a card for each. */
import { formatCount, formatSpan } from "../core/format.js";
import { NONE, countText, figureOf, hasIdentities, peakSoFar, peopleOf, peopleText, rangeText } from "../core/people.js";
import { byId, element, icon, setAttribute, setText } from "../ui/dom.js";
import { locale, t, tn } from "../ui/words.js";
import { boardTable } from "./board-table.js";
import { peopleOfZone } from "./figures.js";
import { serviceChip, showService } from "./service.js";
import { svg } from "./svg.js";
import { sparkPath } from "./trends.js";

/**
 * @typedef {import("../live/protocol.js").ZoneResult} ZoneResult
 * @typedef {import("../live/protocol.js").LineResult} LineResult
 * @typedef {import("./shape.js").Shape} Shape
 * @typedef {import("./shape.js").Zone} Zone
 * @typedef {import("../core/people.js").People} People
 */

const SPARK = { width: 132, height: 40 };
const SPARK_MS = 500;
const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });

/** @param {number | null} seconds */
function stayText(seconds) {
  return seconds === null ? NONE : formatSpan(seconds * 1000);
}

/** @param {ZoneResult} zone @param {People} people what is known of it @returns {[string, string][]} */
export function factsOf({ visitors, entries, exits, peak, crowd_peak: crowdPeak, dwell, density, crowd }, people) {
  // Without boxes, arrivals, stays and departures are unknown.
  const boxed = (/** @type {string} */ text) => (hasIdentities(people) ? text : NONE);
  /** @type {[string, string][]} */
  const facts = [
    [t("Visitors"), boxed(countText(visitors))],
    [t("In / out"), boxed(entries === null ? NONE : `${countText(entries)} / ${countText(exits)}`)],
    [t("Peak"), peakSoFar(people, peak, crowdPeak)],
    [t("Mean stay"), boxed(stayText(dwell.mean_s))],
    [t("Longest now"), boxed(stayText(dwell.longest_now_s))],
  ];
  if (density !== null) facts.push([t("Per m²"), `${crowd ? "≈\u00a0" : ""}${decimals.format(density)}`]);
  return facts;
}

/** The value that a full bar stands for. @param {Zone} zone */
function capacity(zone) {
  const limits = zone.limits.people;
  return limits ? (limits.critical ?? limits.warning) : null;
}

/** A zone with an unknown number of people, or that nothing has counted yet, is never called clear. @param {ZoneResult | undefined} live @param {People | null} people */
export function levelOf(live, people) {
  const isOpen = people === null || figureOf(people) === null;
  return !live || (isOpen && live.level === "clear") ? "unknown" : live.level;
}

class ZoneCard {
  #name = element("h3", { class: "card-name" });
  #level = element("span", { class: "level" });
  #count = element("strong", { class: "zone-count" });
  #word = element("span", { class: "zone-count-word" });
  #range = element("p", { class: "zone-range" });
  #line = svg("path", { class: "spark-line" });
  #limit = svg("path", { class: "spark-limit" });
  #bar = element("span", { class: "bar-fill" });
  #barText = element("span", { class: "bar-text digits" });
  #capacity = element("div", { class: "capacity" }, element("span", { class: "bar-track", "aria-hidden": "true" }, this.#bar), this.#barText);
  #facts = element("dl", { class: "zone-facts" });
  #service = serviceChip();
  #swatch = element("span", { class: "list-swatch", "aria-hidden": "true" });
  #sparkAt = -Infinity;
  #levelShown = "";
  root = element("li", { class: "zone-card" });

  constructor() {
    const spark = svg("svg", { class: "spark", viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.#limit, this.#line);
    this.root.append(element("div", { class: "card-line" }, this.#swatch, this.#name, this.#level), element("div", { class: "card-line" }, element("p", { class: "zone-now" }, this.#count, this.#word), spark), this.#range, this.#capacity, this.#facts);
  }

  /** @param {Zone} zone @param {ZoneResult | undefined} live @param {People | null} people @param {import("./trends.js").Trends} trends @param {number} now ms */
  update(zone, live, people, trends, now) {
    setText(this.#name, zone.name);
    this.root.style.setProperty("--shape", zone.colour);
    setAttribute(this.root, "data-zone", zone.id);
    setAttribute(this.root, "data-level", live?.level ?? "clear");
    setAttribute(this.root, "data-people", people?.state ?? null);
    setText(this.#count, people ? peopleText(people) : NONE);
    setText(this.#word, tn("person now", "people now", people?.value ?? 0));
    this.#updateRange(people);
    this.#updateLevel(levelOf(live, people));
    this.#updateCapacity(zone, people);
    const facts = live && people ? factsOf(live, people) : [];
    if (this.#facts.childElementCount !== facts.length) this.#facts.replaceChildren(...facts.map(() => element("div", {}, element("dt"), element("dd", {}, element("span", { class: "digits" })))));
    facts.forEach(([name, value], i) => {
      const [term, text] = this.#facts.children[i].children;
      setText(term, name);
      setText(/** @type {Element} */ (text.firstElementChild), value);
    });
    this.#showService(live);
    if (now - this.#sparkAt < SPARK_MS) return;
    this.#sparkAt = now;
    const { t, average, high } = trends.of(zone.id).curve("60");
    const full = capacity(zone);
    const top = Math.max(4, full ?? 0, ...high.map((value) => value ?? 0));
    setAttribute(this.#line, "d", sparkPath(t, average, top, SPARK.width, SPARK.height - 2));
    setAttribute(this.#limit, "d", full === null ? "" : sparkPath([0, 1], [full, full], top, SPARK.width, SPARK.height - 2));
  }

  /** Beside the people per m², which it sums up. @param {ZoneResult | undefined} live */
  #showService(live) {
    this.#service.hidden = !live?.service;
    showService(this.#service, live?.service);
    const place = live?.service ? this.#facts.lastElementChild?.lastElementChild : null;
    if (place && this.#service.parentElement !== place) place.append(this.#service);
  }

  /** Of an estimate; of what else is known the count says enough. @param {People | null} people */
  #updateRange(people) {
    const words = people?.state === "estimated" || people?.state === "unknown" ? rangeText(people) : "";
    this.#range.hidden = !words;
    setText(this.#range, words);
  }

  /** @param {"clear" | "warning" | "critical" | "unknown"} level */
  #updateLevel(level) {
    if (level === this.#levelShown) return;
    this.#levelShown = level;
    const words = { clear: t("Clear"), warning: t("Warning"), critical: t("Critical"), unknown: t("Not known") };
    const icons = { clear: "circle-check", warning: "triangle-alert", critical: "circle-alert", unknown: "circle-question-mark" };
    setAttribute(this.#level, "class", `level level-${level}`);
    this.#level.replaceChildren(icon(icons[level]), words[level]);
  }

  /** @param {Zone} zone @param {People | null} people */
  #updateCapacity(zone, people) {
    const full = capacity(zone);
    const hasLimits = Object.values(zone.limits).some((limits) => limits !== null);
    this.#capacity.hidden = full === null;
    this.#level.hidden = !hasLimits;
    if (full === null) return;
    const share = Math.min(1, (people?.value ?? 0) / full);
    this.#bar.style.setProperty("--share", share.toFixed(3));
    setText(this.#barText, t("{count} of {full}", { count: people ? peopleText(people) : NONE, full: formatCount(full) }));
  }
}

/** @param {Shape} shape @param {LineResult | undefined} live undefined where crossings are unknown */
function lineCard(shape, live) {
  const swatch = element("span", { class: "list-swatch list-line", "aria-hidden": "true" });
  const figure = (/** @type {string} */ word, /** @type {number | null | undefined} */ value) => element("div", {}, element("dt", {}, word), element("dd", { class: "digits" }, countText(value ?? null)));
  const card = element("li", { class: "zone-card line-card", "data-line": shape.id }, element("div", { class: "card-line" }, swatch, element("h3", { class: "card-name" }, shape.name)), element("dl", { class: "line-figures" }, figure(t("In"), live?.in), figure(t("Out"), live?.out)));
  card.style.setProperty("--shape", shape.colour);
  return card;
}

/** @param {import("./trends.js").Trends} trends @returns {(shapes: readonly Shape[], state: Pick<import("../live/run-state.js").StudioState, "zones" | "lines" | "figures">, now: number) => void} */
export function boardView(trends) {
  const board = byId("board", HTMLElement);
  const list = byId("board-list", HTMLUListElement);
  /** @type {Map<string, ZoneCard>} */
  const cards = new Map();
  let order = "";
  let linesShown = "";
  const summary = byId("board-title", HTMLElement);
  const note = byId("board-note", HTMLElement);
  const table = boardTable();
  return (shapes, { zones, lines, figures }, now) => {
    board.hidden = shapes.length === 0;
    if (board.hidden) return;
    const drawnZones = shapes.filter((shape) => shape.kind === "zone");
    const drawnLines = shapes.filter((shape) => shape.kind === "line");
    setText(summary, [drawnZones.length && tn("{n} zone", "{n} zones", drawnZones.length), drawnLines.length && tn("{n} line", "{n} lines", drawnLines.length)].filter(Boolean).join(", "));
    // Who has no box is not seen to cross: a 0 would be no count.
    const boxed = figures !== null && hasIdentities(peopleOf(figures));
    const crossings = boxed ? lines : [];
    const crossed = JSON.stringify([drawnLines, crossings]);
    const ids = JSON.stringify(shapes.map(({ id }) => id));
    if (ids !== order || crossed !== linesShown) {
      order = ids;
      linesShown = crossed;
      const known = new Set(drawnZones.map(({ id }) => id));
      for (const id of cards.keys()) if (!known.has(id)) cards.delete(id);
      for (const { id } of drawnZones) if (!cards.has(id)) cards.set(id, new ZoneCard());
      list.replaceChildren(...drawnZones.map(({ id }) => /** @type {ZoneCard} */ (cards.get(id)).root), ...drawnLines.map((line) => lineCard(line, crossings.find(({ id }) => id === line.id))));
    }
    note.hidden = !figures?.known || (boxed && zones.every((zone) => hasIdentities(peopleOfZone(zone))));
    for (const zone of drawnZones) {
      const live = zones.find(({ id }) => id === zone.id);
      cards.get(zone.id)?.update(zone, live, live ? peopleOfZone(live, figures?.known) : null, trends, now);
    }
    table(drawnZones, zones, figures?.known ?? true, now);
  };
}
