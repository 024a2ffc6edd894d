/** A phone as a camera: a code on the screen, in a room that is made if there is none. */
import { showInvite } from "../ui/invite-card.js";
import { api } from "../ui/api.js";
import { element, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";

const HOURS = 12;
const DEVICES = 20;
const LOOK_MS = 2000;

/** The newest own room, or a first one. @returns {Promise<{id: string, name: string}>} */
async function ownRoom() {
  const { rooms } = await api("GET", "/api/rooms");
  const own = rooms.filter((/** @type {{role: string}} */ { role }) => role === "owner");
  if (own.length) return own[own.length - 1];
  return (await api("POST", "/api/rooms", { name: t("My room") })).room;
}

/** @param {string} room id @returns {Promise<string[]>} ids of phones that joined */
async function phonesOf(room) {
  const answer = await api("GET", `/api/rooms/${encodeURIComponent(room)}`);
  return answer.room.cameras.filter((/** @type {{guest: boolean}} */ { guest }) => guest).map((/** @type {{id: string}} */ { id }) => id);
}

/** Shows the code, and says when a phone has used it. @returns {Promise<HTMLDialogElement>} */
export async function showPhoneCode() {
  const room = await ownRoom();
  const path = `/rooms/${encodeURIComponent(room.id)}`;
  const [made, before] = await Promise.all([api("POST", `/api${path}/invites`, { role: "camera", hours: HOURS, uses: DEVICES }), phonesOf(room.id)]);
  const state = element("p", { role: "status", class: "phone-state" }, t("Waiting for the phone"));
  const wall = element("a", { class: "button button-primary", href: path, hidden: "" }, t("Show the phone's picture"));
  const dialog = showInvite(made, t("Scan with the phone"), t("Point its camera at this code and open the link. One tap there, and it counts; nothing has to be installed."), [state, element("div", { class: "actions" }, wall)]);
  const timer = setInterval(async () => {
    const now = await phonesOf(room.id).catch(() => before);
    if (now.every((id) => before.includes(id))) return;
    clearInterval(timer);
    setText(state, t("The phone is here."));
    wall.hidden = false;
    wall.focus();
  }, LOOK_MS);
  dialog.addEventListener("close", () => clearInterval(timer));
  return dialog;
}
