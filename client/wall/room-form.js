/** The room itself: its name, and its end. */
import { confirmLoss } from "../ui/confirm.js";
import { api } from "../ui/api.js";
import { byId } from "../ui/dom.js";
import { t } from "../ui/words.js";

export class RoomForm {
  #name = byId("rename", HTMLInputElement);
  #shown = "";

  /** @param {import("./room-admin.js").Office} office */
  constructor(office) {
    this.office = office;
    byId("rename-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const name = this.#name.value.trim();
      if (name) void office.change(() => api("PATCH", office.path(), { name }), t("The room is called {name} now.", { name }));
    });
    byId("room-delete", HTMLButtonElement).addEventListener("click", () => void this.#remove());
  }

  /** @param {import("./types.js").Room} room */
  render({ name, role }) {
    byId("room-section", HTMLElement).hidden = role !== "owner";
    if (name === this.#shown) return;
    this.#shown = name;
    this.#name.value = name;
  }

  async #remove() {
    const text = t("Phones that joined stop, and what they counted is lost. Areas, their alerts and the log are lost. Cameras of users go back to them.");
    if (!(await confirmLoss(t("Delete “{room}”?", { room: this.#shown }), text, t("Delete the room")))) return;
    const gone = await this.office.act(() => api("DELETE", this.office.path()).then(() => true), false);
    if (gone) location.assign("/rooms");
  }
}
