/** Who is in the room, and as what. */
import { confirmLoss } from "../ui/confirm.js";
import { api } from "../ui/api.js";
import { byId, element } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { ROLES } from "./words.js";

/** @typedef {import("./types.js").Member} Member */

export class MembersForm {
  #list = byId("members", HTMLUListElement);
  #shown = "";

  /** @param {import("./room-admin.js").Office} office */
  constructor(office) {
    this.office = office;
  }

  /** @param {import("./types.js").Room} room */
  render(room) {
    const key = JSON.stringify([room.members, room.role]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...room.members.map((member) => this.#row(member, room.role === "owner")));
  }

  /** @param {Member} member @param {boolean} mayChange */
  #row(member, mayChange) {
    const name = element("span", { class: "manage-name" }, member.you ? t("{name} (you)", { name: member.name }) : member.name);
    if (member.role === "owner" || (!mayChange && !member.you)) return element("li", { class: "manage-row" }, name, element("span", { class: "hint" }, ROLES[member.role]));
    const role = mayChange ? this.#choice(member) : element("span", { class: "hint" }, ROLES[member.role]);
    const word = member.you ? t("Leave") : t("Remove");
    const go = element("button", { type: "button", class: "button-quiet", "aria-label": member.you ? t("Leave the room") : t("Remove {name} from the room", { name: member.name }) }, word);
    go.addEventListener("click", () => void this.#remove(member));
    return element("li", { class: "manage-row" }, name, role, go);
  }

  /** @param {Member} member */
  #choice(member) {
    const select = element("select", { "aria-label": t("Role of {name}", { name: member.name }) }, element("option", { value: "operator" }, ROLES.operator), element("option", { value: "viewer" }, ROLES.viewer));
    select.value = member.role;
    select.addEventListener("change", () => void this.#change(member, select));
    return select;
  }

  /** @param {Member} member @param {HTMLSelectElement} select */
  async #change(member, select) {
    const role = /** @type {"operator" | "viewer"} */ (select.value);
    const done = await this.office.change(() => api("PATCH", this.#path(member), { role }), t("{name} is {role} now.", { name: member.name, role: ROLES[role] }));
    // What did not work must not look as if it had.
    if (!done) select.value = member.role;
  }

  /** @param {Member} member */
  async #remove(member) {
    const title = member.you ? t("Leave the room?") : t("Remove {name} from the room?", { name: member.name });
    const text = t("The cameras that were placed go along. To come back takes a new invitation.");
    if (!(await confirmLoss(title, text, member.you ? t("Leave") : t("Remove")))) return;
    const gone = await this.office.act(() => api("DELETE", this.#path(member)).then(() => true), false);
    if (gone && member.you) location.assign("/rooms");
    else if (gone) await this.office.refresh();
  }

  /** @param {Member} member */
  #path(member) {
    return this.office.path(`/members/${encodeURIComponent(member.user)}`);
  }
}
