/** Named areas: zones of several cameras as one figure, with a capacity and limits. */
import { confirmLoss } from "../ui/confirm.js";
import { api } from "../ui/api.js";
import { byId, element, icon, setText } from "../ui/dom.js";
import { t, tn } from "../ui/words.js";

/**
 * @typedef {import("./types.js").Area} Area
 * @typedef {import("./types.js").Room} Room
 * @typedef {{id: string, name: string}} Named
 */

const WHOLE = "";

/** A field's number; null where it is empty. @param {string} id */
function numberOf(id) {
  const { value } = byId(id, HTMLInputElement);
  return value.trim() === "" ? null : Number(value);
}

/** @param {Area["members"]} members @param {string} camera @param {string | null} zone */
function includes(members, camera, zone) {
  return members.some((part) => part.camera === camera && part.zone === zone);
}

export class AreasForm {
  #list = byId("area-list", HTMLUListElement);
  #form = byId("area-form", HTMLFormElement);
  #parts = byId("area-parts", HTMLElement);
  #missing = byId("area-parts-error", HTMLElement);
  /** @type {Area | null} */
  #editing = null;
  /** @type {Room | null} */
  #room = null;
  #shown = "";

  /** @param {import("./room-admin.js").Office} office @param {(camera: string) => Named[]} zonesOf */
  constructor(office, zonesOf) {
    this.office = office;
    this.zonesOf = zonesOf;
    byId("area-add", HTMLButtonElement).addEventListener("click", () => this.#open(null));
    byId("area-cancel", HTMLButtonElement).addEventListener("click", () => this.#close());
    this.#parts.addEventListener("change", () => (this.#missing.hidden = true));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
  }

  /** @param {Room} room */
  render(room) {
    this.#room = room;
    const key = JSON.stringify([room.areas, room.role, room.cameras.map(({ id, name }) => [id, name])]);
    if (key === this.#shown) return;
    this.#shown = key;
    const may = room.role !== "viewer";
    byId("area-add", HTMLButtonElement).hidden = !may || !this.#form.hidden;
    byId("areas-none", HTMLElement).hidden = room.areas.length > 0;
    this.#list.replaceChildren(...room.areas.map((area) => this.#row(area, may)));
  }

  /** @param {Area} area @param {boolean} may */
  #row(area, may) {
    const facts = [tn("{n} part", "{n} parts", area.members.length)];
    if (area.capacity) facts.push(t("room for {n}", { n: area.capacity }));
    const edit = element("button", { type: "button", class: "button-quiet", "aria-label": t("Change {area}", { area: area.name }) }, icon("pencil"));
    edit.addEventListener("click", () => this.#open(area));
    const remove = element("button", { type: "button", class: "button-quiet", "aria-label": t("Delete {area}", { area: area.name }) }, icon("trash-2"));
    remove.addEventListener("click", () => void this.#remove(area));
    edit.hidden = remove.hidden = !may;
    return element("li", { class: "manage-row" }, element("span", { class: "manage-name" }, area.name, element("span", { class: "hint" }, facts.join(" · "))), edit, remove);
  }

  /** @param {Area | null} area null for a new one */
  #open(area) {
    this.#editing = area;
    this.#form.hidden = false;
    this.#missing.hidden = true;
    byId("area-add", HTMLButtonElement).hidden = true;
    setText(byId("area-form-title", HTMLElement), area ? t("Change {area}", { area: area.name }) : t("New area"));
    byId("area-name", HTMLInputElement).value = area?.name ?? "";
    byId("area-capacity", HTMLInputElement).value = String(area?.capacity ?? "");
    byId("area-warning", HTMLInputElement).value = String(area?.limits?.warning ?? "");
    byId("area-critical", HTMLInputElement).value = String(area?.limits?.critical ?? "");
    const members = area?.members ?? [];
    this.#parts.replaceChildren(...(this.#room?.cameras ?? []).map((camera) => this.#choices(camera, members)));
    byId("area-name", HTMLInputElement).focus();
  }

  /** @param {Named} camera @param {Area["members"]} members */
  #choices(camera, members) {
    const zones = [{ id: WHOLE, name: t("Whole picture") }, ...this.zonesOf(camera.id)];
    const boxes = zones.map(({ id, name }) => {
      const box = element("input", { type: "checkbox", "data-camera": camera.id, "data-zone": id });
      box.checked = includes(members, camera.id, id || null);
      return element("label", { class: "tick" }, box, name);
    });
    return element("fieldset", { class: "area-camera" }, element("legend", {}, camera.name), ...boxes);
  }

  #close() {
    this.#form.hidden = true;
    byId("area-add", HTMLButtonElement).hidden = false;
    byId("area-add", HTMLButtonElement).focus();
  }

  async #save() {
    const chosen = [...this.#parts.querySelectorAll("input")].filter((box) => box.checked);
    // An area of nothing would say that nobody is there.
    this.#missing.hidden = chosen.length > 0;
    setText(this.#missing, this.#room?.cameras.length ? t("Choose what it adds: at least one picture or zone.") : t("Put a camera into the room first."));
    if (!chosen.length) return;
    const members = chosen.map(({ dataset }) => ({ camera: dataset.camera ?? "", zone: dataset.zone || null }));
    const [warning, critical] = [numberOf("area-warning"), numberOf("area-critical")];
    const limits = warning === null && critical === null ? null : { warning, critical };
    const body = { name: byId("area-name", HTMLInputElement).value.trim(), members, capacity: numberOf("area-capacity"), limits };
    const at = this.#editing;
    const done = await this.office.change(
      () => (at ? api("PATCH", this.office.path(`/areas/${encodeURIComponent(at.id)}`), body) : api("POST", this.office.path("/areas"), body)),
      t("The area {area} is saved.", { area: body.name }),
    );
    if (done) this.#close();
  }

  /** @param {Area} area */
  async #remove(area) {
    if (!(await confirmLoss(t("Delete “{area}”?", { area: area.name }), t("Its alerts are lost. The cameras and their zones stay."), t("Delete")))) return;
    await this.office.change(() => api("DELETE", this.office.path(`/areas/${encodeURIComponent(area.id)}`)), t("{area} is deleted.", { area: area.name }));
  }
}
