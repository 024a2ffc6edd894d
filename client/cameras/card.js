/** One camera of the list. */
import { formatCount, formatSpan, plural } from "../core/format.js";
import { element, icon } from "../site/dom.js";

/** @typedef {import("./types.js").Camera} Camera */

/**
 * @typedef {object} CardActions
 * @property {(camera: Camera) => void} rename
 * @property {(camera: Camera) => void} remove
 */

/** @param {number} ms */
function ago(ms) {
  return ms < 10000 ? "just now" : `${formatSpan(ms)} ago`;
}

/** @param {Camera} camera @param {number} now ms since 1970 @returns {Node[]} */
function facts(camera, now) {
  if (camera.live) {
    const { count, peak, unique, seconds } = camera.live;
    return [
      element("p", { class: "card-live" }, "Live"),
      element("p", { class: "card-count" }, element("strong", {}, formatCount(count)), count === 1 ? "person now" : "people now"),
      element("p", { class: "card-note" }, `Peak ${formatCount(peak)} · ${formatCount(unique)} so far · for ${formatSpan(seconds * 1000)}`),
    ];
  }
  if (camera.last) {
    const { ended_at: ended, peak, unique } = camera.last;
    const when = element("time", { datetime: ended, title: new Date(ended).toLocaleString() }, ago(now - Date.parse(ended)));
    return [
      element("p", { class: "card-note" }, "Last seen ", when),
      element("p", { class: "card-note" }, `Peak ${formatCount(peak)} · ${plural(unique, "person", "people")}`),
    ];
  }
  return [element("p", { class: "card-note" }, "Not streamed yet")];
}

/** @param {string} name @param {string} label @param {() => void} act */
function tool(name, label, act) {
  const button = element("button", { type: "button", class: "button-quiet", title: label }, icon(name), element("span", { class: "visually-hidden" }, label));
  button.addEventListener("click", act);
  return button;
}

/**
 * @param {Camera} camera
 * @param {number} now ms since 1970
 * @param {CardActions} actions
 * @returns {HTMLLIElement}
 */
export function card(camera, now, actions) {
  const link = element("a", { href: `/cameras/${encodeURIComponent(camera.id)}` }, camera.name);
  const tools = element(
    "div",
    { class: "card-tools" },
    tool("pencil", `Rename ${camera.name}`, () => actions.rename(camera)),
    tool("trash-2", `Delete ${camera.name}`, () => actions.remove(camera)),
  );
  const head = element("div", { class: "card-head" }, element("h2", { class: "card-title" }, link), tools);
  return element("li", { class: "card", "data-camera": camera.id }, head, ...facts(camera, now));
}
