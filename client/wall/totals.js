/** The venue in numbers: everybody, and each named area with its capacity. */
import { formatCount, formatSpan } from "../core/format.js";
import { byId, element, icon, setText } from "../site/dom.js";
import { t } from "../site/words.js";
import { LEVELS, areaText, doubts, isUnknown, trendShort, trendText } from "./words.js";

/** @typedef {import("./types.js").AreaNow} AreaNow */

/** @param {AreaNow} area @param {boolean} unknown whether none of its cameras streams @param {string[]} why it is not all of it @returns {HTMLLIElement} */
function areaCard(area, unknown, why) {
  const { name, capacity, level, stale_cameras: silent, trend, full_in_s: fullIn } = area;
  const people = unknown ? null : area.people;
  const share = people !== null && capacity ? people / capacity : null;
  const mark = level === "clear" ? [] : [element("span", { class: `level level-${level}` }, icon(level === "warning" ? "triangle-alert" : "circle-alert"), LEVELS[level])];
  const trendMark = trend !== null && people !== null ? [element("span", { class: "area-trend" }, element("span", { "aria-hidden": "true" }, trendShort(trend) || icon("arrow-right")), element("span", { class: "visually-hidden" }, trendText(trend)))] : [];
  const card = element("li", { class: "area-card", "data-level": level, "data-area": area.id });
  card.toggleAttribute("data-old", silent.length > 0);
  card.append(
    element("div", { class: "card-line" }, element("h3", { class: "card-name" }, name), ...mark),
    element("p", { class: "area-count" }, element("strong", {}, people === null ? "–" : formatCount(people)), element("span", {}, areaText(area, unknown)), ...trendMark),
  );
  if (share !== null) {
    const bar = element("div", { class: "area-bar", "aria-hidden": "true" }, element("span", {}));
    /** @type {HTMLElement} */ (bar.firstElementChild).style.inlineSize = `${Math.min(100, Math.round(share * 100))}%`;
    card.append(bar);
  }
  if (fullIn !== null && fullIn !== undefined) card.append(element("p", { class: "area-soon" }, t("Full in about {span}", { span: formatSpan(fullIn * 1000) })));
  for (const doubt of why) card.append(element("p", { class: "area-old" }, doubt));
  return card;
}

/** @returns {(state: import("./state.js").WallState) => void} */
export function totalsView() {
  const [total, note, list] = [byId("total", HTMLElement), byId("total-note", HTMLElement), byId("areas", HTMLUListElement)];
  const card = byId("total-card", HTMLElement);
  const said = byId("wall-said", HTMLElement);
  let shown = "";
  let saidAt = -Infinity;
  let saidCount = -1;
  return (state) => {
    const { total: venue, areas, phase, room } = state;
    const people = venue && !isUnknown(venue, (room?.cameras ?? []).map(({ id }) => id)) ? venue.people : null;
    setText(total, people === null ? "–" : formatCount(people));
    const lost = phase === "lost";
    const streams = (/** @type {string} */ id) => (state.seen.get(id)?.state ?? "offline") !== "offline";
    const now = performance.now();
    const words = lost ? t("Connection lost: these figures are {span} old", { span: formatSpan(now - state.lostAt) }) : (venue ? doubts(venue, streams) : []).join(". ");
    card.toggleAttribute("data-old", lost || Boolean(venue?.stale_cameras.length));
    note.hidden = !words;
    setText(note, words);
    if (people !== null && people !== saidCount && now - saidAt > 5000) {
      saidAt = now;
      saidCount = people;
      setText(said, t("{count} people in the room", { count: formatCount(people) }));
    }
    const unknown = areas.map((area) => isUnknown(area, room?.areas.find(({ id }) => id === area.id)?.members.map(({ camera }) => camera) ?? []));
    const why = areas.map((area) => doubts(area, streams));
    const key = JSON.stringify([areas, unknown, why]);
    if (key === shown) return;
    shown = key;
    list.replaceChildren(...areas.map((area, i) => areaCard(area, unknown[i], why[i])));
  };
}
