/** The venue in numbers: everybody, and each named area with its capacity. */
import { formatSpan } from "../core/format.js";
import { byId, element, icon, setAttribute, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { doubts, eyeOf, lookOf, sumText, sumWords } from "./sum.js";
import { LEVELS, areaText, trendShort, trendText } from "./words.js";

/** @typedef {import("./types.js").AreaNow} AreaNow */

/** What the number is, with a sign of its own; nothing for a count. @param {import("./sum.js").Look} look @param {string} words */
function knownLine(look, words) {
  const mark = look === "unknown" ? [icon("circle-question-mark")] : [];
  return element("p", { class: "known-line" }, ...mark, words);
}

/** How much of its capacity, at least, is taken. @param {AreaNow} area */
function bar({ people, capacity }) {
  if (!capacity) return [];
  const fill = element("span", {});
  fill.style.inlineSize = `${Math.min(100, Math.round((people / capacity) * 100))}%`;
  return [element("div", { class: "area-bar", "aria-hidden": "true" }, fill)];
}

/** @param {AreaNow} area @param {string[]} why it is not all of it @returns {HTMLLIElement} */
function areaCard(area, why) {
  const { name, level, trend, full_in_s: fullIn } = area;
  const look = lookOf(area);
  const words = sumWords(area);
  const mark = level === "clear" ? [] : [element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVELS[level])];
  const trendMark = trend !== null ? [element("span", { class: "area-trend" }, element("span", { "aria-hidden": "true" }, trendShort(trend) || icon("arrow-right")), element("span", { class: "visually-hidden" }, trendText(trend)))] : [];
  const number = element("strong", look === "unknown" ? { "aria-hidden": "true" } : {}, sumText(area));
  const card = element("li", { class: "area-card", "data-level": level, "data-look": look, "data-area": area.id });
  card.toggleAttribute("data-old", area.stale_cameras.length > 0);
  card.append(
    element("div", { class: "card-line" }, element("h3", { class: "card-name" }, name), ...mark),
    element("p", { class: "area-count" }, number, element("span", {}, areaText(area)), ...trendMark),
    ...(words ? [knownLine(look, words)] : []),
    ...bar(area),
  );
  if (fullIn !== null && fullIn !== undefined) card.append(element("p", { class: "area-soon" }, t("Full in about {span}", { span: formatSpan(fullIn * 1000) })));
  for (const doubt of why) card.append(element("p", { class: "area-old" }, doubt));
  return card;
}

/** Draws how many are in all of the room. @returns {(state: import("./state.js").WallState) => void} */
function venueView() {
  const [card, total, note, known] = ["total-card", "total", "total-note", "total-known"].map((id) => byId(id, HTMLElement));
  const said = byId("wall-said", HTMLElement);
  let saidAt = -Infinity;
  let saidText = "";
  return ({ total: venue, phase, seen, lostAt }) => {
    const lost = phase === "lost";
    const now = performance.now();
    const [look, words] = [lookOf(venue), sumWords(venue)];
    setText(total, sumText(venue));
    setAttribute(total, "aria-hidden", look === "unknown" ? "true" : null);
    setAttribute(card, "data-look", venue ? look : null);
    card.toggleAttribute("data-old", lost || Boolean(venue?.stale_cameras.length));
    known.hidden = !venue || !words;
    if (known.dataset.words !== words) known.replaceChildren(...knownLine(look, words).childNodes);
    known.dataset.words = words;
    const why = lost ? t("Connection lost: these figures are {span} old", { span: formatSpan(now - lostAt) }) : (venue ? doubts(venue, (id) => eyeOf(seen.get(id))) : []).join(". ");
    note.hidden = !why;
    setText(note, why);
    const text = look === "unknown" ? words : t("{count} people in the room", { count: sumText(venue) });
    if (!venue || text === saidText || now - saidAt <= 5000) return;
    saidAt = now;
    saidText = text;
    setText(said, text);
  };
}

/** @returns {(state: import("./state.js").WallState) => void} */
export function totalsView() {
  const list = byId("areas", HTMLUListElement);
  const venue = venueView();
  let shown = "";
  // On a phone areas are a row that scrolls: then the keyboard gets there.
  const reach = () => setAttribute(list, "tabindex", list.scrollWidth > list.clientWidth + 1 ? "0" : null);
  new ResizeObserver(reach).observe(list);
  return (state) => {
    venue(state);
    const { areas, seen } = state;
    const why = areas.map((area) => doubts(area, (id) => eyeOf(seen.get(id))));
    const key = JSON.stringify([areas, why]);
    if (key === shown) return;
    shown = key;
    list.replaceChildren(...areas.map((area, i) => areaCard(area, why[i])));
    reach();
  };
}
