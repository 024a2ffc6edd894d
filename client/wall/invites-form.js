/** Invitations: made, shown as a code, withdrawn. Only the room's owner has them. */
import { inviteCard, momentText } from "../ui/invite-card.js";
import { api } from "../ui/api.js";
import { serverClock } from "../ui/clock.js";
import { byId, element, icon } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { ROLES } from "./words.js";

/** @typedef {import("../ui/invite-card.js").Invite} Invite */

const ICONS = { camera: "smartphone", viewer: "eye", operator: "users" };

/**
 * Whether withdrawing it would change anything: a link that nobody can follow any more still holds the phones that did.
 * @param {Invite} invite @param {number} now ms since 1970
 */
export function holds({ role, expires_at: until, revoked_at: revoked, uses, max_uses: most }, now) {
  return !revoked && Date.parse(until) > now && (role === "camera" || uses < most);
}

export class InvitesForm {
  #list = byId("invites", HTMLUListElement);
  #card = byId("invite-new", HTMLElement);
  /** @type {import("./types.js").Room | null} as which the list was asked for: who joins by a link changes it */
  #asked = null;

  /** @param {import("./room-admin.js").Office} office @param {string} roomName */
  constructor(office, roomName) {
    this.office = office;
    this.roomName = roomName;
    byId("invite-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#make();
    });
  }

  /** @param {import("./types.js").Room} room @param {boolean} shown whether anybody looks at it */
  render(room, shown) {
    byId("invite-section", HTMLElement).hidden = room.role !== "owner";
    if (room.role !== "owner" || !shown || this.#asked === room) return;
    this.#asked = room;
    void this.#load();
  }

  async #load() {
    const { invites } = await this.office.ask(() => api("GET", this.office.path("/invites")), { invites: [] });
    const now = serverClock.now();
    const open = invites.filter((/** @type {Invite} */ invite) => holds(invite, now));
    this.#list.replaceChildren(...open.map((/** @type {Invite} */ invite) => this.#row(invite)));
    byId("invites-none", HTMLElement).hidden = open.length > 0;
  }

  async #make() {
    const role = byId("invite-role", HTMLSelectElement).value;
    const hours = Number(byId("invite-hours", HTMLSelectElement).value);
    const uses = Number(byId("invite-uses", HTMLSelectElement).value);
    const made = await this.office.act(() => api("POST", this.office.path("/invites"), { role, hours, uses }), null);
    if (!made) return;
    this.#card.replaceChildren(inviteCard(made, this.roomName));
    this.#card.hidden = false;
    this.#card.querySelector("button")?.focus();
    await this.#load();
  }

  /** @param {Invite} invite */
  #row(invite) {
    const facts = t("{uses} of {most} used, until {time}", { uses: invite.uses, most: invite.max_uses, time: momentText(invite.expires_at) });
    const withdraw = element("button", { type: "button", class: "button-quiet", "aria-label": t("Withdraw this invitation for a {role}", { role: ROLES[invite.role] }) }, t("Withdraw"));
    const done = invite.role === "camera" ? t("The invitation is withdrawn; its phones stop.") : t("The invitation is withdrawn; who joined by it stays.");
    withdraw.addEventListener("click", async () => {
      await this.office.change(() => api("DELETE", this.office.path(`/invites/${encodeURIComponent(invite.id)}`)), done);
      this.#card.hidden = true;
    });
    return element("li", { class: "manage-row", "data-invite": invite.id }, icon(ICONS[invite.role]), element("span", { class: "manage-name" }, ROLES[invite.role], element("span", { class: "hint" }, facts)), withdraw);
  }
}
