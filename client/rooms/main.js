/** The list of rooms, and a new one. */
import "../ui/main.js";
import { api } from "../ui/api.js";
import { byId, element, icon, setText } from "../ui/dom.js";
import { t, tell, tn } from "../ui/words.js";
import { ROLES } from "../wall/words.js";

/**
 * @typedef {object} RoomRow
 * @property {string} id
 * @property {string} name
 * @property {"owner" | "operator" | "viewer"} role
 * @property {number} cameras
 * @property {number} members
 */

const page = byId("rooms", HTMLElement);
const problem = byId("rooms-problem", HTMLElement);

/** @param {unknown} error null when all is well again */
function complain(error) {
  problem.hidden = error === null;
  setText(problem, error instanceof Error ? tell(error.message) : "");
}

/** @param {RoomRow} room @returns {HTMLLIElement} */
function card({ id, name, role, cameras, members }) {
  const link = element("a", { href: `/rooms/${encodeURIComponent(id)}` }, name);
  const people = tn("{n} person", "{n} people", members);
  return element(
    "li",
    { class: "card room-card", "data-room": id },
    element("h2", { class: "card-title" }, link),
    element("p", { class: "room-fact" }, icon("video"), tn("{n} camera", "{n} cameras", cameras)),
    element("p", { class: "room-fact" }, icon("users"), t("{people}, your role: {role}", { people, role: ROLES[role] })),
  );
}

async function load() {
  try {
    /** @type {{rooms: RoomRow[]}} */
    const { rooms } = await api("GET", "/api/rooms");
    page.dataset.state = rooms.length ? "listed" : "empty";
    byId("room-cards", HTMLUListElement).replaceChildren(...rooms.map(card));
    complain(null);
  } catch (error) {
    complain(error);
  }
}

byId("room-form", HTMLFormElement).addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("room-name", HTMLInputElement);
  const go = byId("room-go", HTMLButtonElement);
  if (!name.value.trim()) return name.focus();
  go.disabled = true;
  try {
    const { room } = await api("POST", "/api/rooms", { name: name.value.trim() });
    location.assign(`/rooms/${encodeURIComponent(room.id)}`);
  } catch (error) {
    go.disabled = false;
    complain(error);
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void load();
});
void load();
