/** Which cameras are in the room: own ones put in, others taken out. */
import { confirmLoss } from "../ui/confirm.js";
import { api } from "../ui/api.js";
import { byId, element } from "../ui/dom.js";
import { t } from "../ui/words.js";

/** @typedef {import("./types.js").Room} Room */

export class CamerasForm {
  #list = byId("room-cameras", HTMLUListElement);
  #choice = byId("camera-choice", HTMLSelectElement);
  #shown = "";

  /** @param {import("./room-admin.js").Office} office */
  constructor(office) {
    this.office = office;
    byId("camera-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const id = this.#choice.value;
      if (id) void office.change(() => api("PUT", office.path(`/cameras/${encodeURIComponent(id)}`)), t("The camera is in the room."));
    });
  }

  /** @param {Room} room */
  render(room) {
    const key = JSON.stringify([room.cameras.map(({ id, name, mine }) => [id, name, mine]), room.role]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...room.cameras.map((camera) => this.#row(room, camera)));
    byId("camera-form", HTMLFormElement).hidden = room.role === "viewer";
    if (room.role !== "viewer") void this.#offer(room);
  }

  /** Own cameras that are not here yet. @param {Room} room */
  async #offer(room) {
    const { cameras } = await this.office.ask(() => api("GET", "/api/cameras"), { cameras: [] });
    const here = new Set(room.cameras.map(({ id }) => id));
    const free = cameras.filter((/** @type {{id: string}} */ { id }) => !here.has(id));
    this.#choice.replaceChildren(...free.map((/** @type {{id: string, name: string}} */ { id, name }) => element("option", { value: id }, name)));
    byId("camera-form", HTMLFormElement).hidden = free.length === 0;
  }

  /** @param {Room} room @param {import("./types.js").RoomCamera} camera */
  #row(room, camera) {
    const whose = camera.guest ? t("a phone that joined") : camera.mine ? t("yours") : t("of {name}", { name: camera.owner.name });
    const out = element("button", { type: "button", class: "button-quiet", "aria-label": t("Take {camera} out of the room", { camera: camera.name }) }, t("Take out"));
    out.hidden = !(camera.mine || room.role === "owner");
    out.addEventListener("click", () => void this.#takeOut(camera));
    return element("li", { class: "manage-row" }, element("span", { class: "manage-name" }, camera.name, element("span", { class: "hint" }, whose)), out);
  }

  /** @param {import("./types.js").RoomCamera} camera */
  async #takeOut(camera) {
    const text = camera.guest ? t("The phone stops, and its camera leaves the room.") : t("It goes on counting for its owner; areas that use it lose its part.");
    if (!(await confirmLoss(t("Take “{camera}” out of the room?", { camera: camera.name }), text, t("Take out")))) return;
    await this.office.change(() => api("DELETE", this.office.path(`/cameras/${encodeURIComponent(camera.id)}`)), t("{camera} left the room.", { camera: camera.name }));
  }
}
