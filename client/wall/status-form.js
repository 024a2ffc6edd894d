/** The page for everybody: closed until the owner opens it, with the areas that it shows. */
import { api } from "../ui/api.js";
import { byId, element } from "../ui/dom.js";
import { t } from "../ui/words.js";

/** @typedef {import("./types.js").Room} Room */

export class StatusForm {
  #form = byId("status-form", HTMLFormElement);
  #areas = byId("status-areas", HTMLElement);
  #loaded = false;
  /** @type {{url: string, show: string, areas: string[]} | null} */
  #page = null;
  #shown = "";

  /** @param {import("./room-admin.js").Office} office */
  constructor(office) {
    this.office = office;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#open();
    });
    this.#areas.addEventListener("change", () => (byId("status-areas-error", HTMLElement).hidden = true));
    byId("status-close", HTMLButtonElement).addEventListener("click", () => void this.#close());
  }

  /** @param {Room} room @param {boolean} shown whether anybody looks at it */
  render(room, shown) {
    byId("status-section", HTMLElement).hidden = room.role !== "owner";
    if (room.role !== "owner" || !shown) return;
    if (!this.#loaded) void this.#load();
    this.#loaded = true;
    const key = JSON.stringify([room.areas.map(({ id, name }) => [id, name]), this.#page]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#fill(room);
  }

  /** @param {Room} room */
  #fill(room) {
    const page = this.#page;
    byId("status-none", HTMLElement).hidden = room.areas.length > 0;
    this.#form.hidden = room.areas.length === 0;
    this.#areas.replaceChildren(
      ...room.areas.map(({ id, name }) => {
        const box = element("input", { type: "checkbox", value: id });
        box.checked = page ? page.areas.includes(id) : true;
        return element("label", { class: "tick" }, box, name);
      }),
    );
    byId("status-show", HTMLSelectElement).value = page?.show ?? "state";
    byId("status-open-word", HTMLElement).textContent = page ? t("Save") : t("Open the page");
    byId("status-close", HTMLButtonElement).hidden = !page;
    const link = byId("status-link", HTMLAnchorElement);
    link.hidden = !page;
    if (page) {
      link.href = page.url;
      link.textContent = page.url;
    }
  }

  async #load() {
    const { status_page: page } = await this.office.ask(() => api("GET", this.office.path("/status-page")), { status_page: null });
    this.#take(page);
  }

  async #open() {
    const areas = [...this.#areas.querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value);
    byId("status-areas-error", HTMLElement).hidden = areas.length > 0;
    if (!areas.length) return;
    const show = byId("status-show", HTMLSelectElement).value;
    const page = await this.office.act(() => api("PUT", this.office.path("/status-page"), { show, areas }), null);
    if (page) this.#take(page);
  }

  async #close() {
    const closed = await this.office.act(() => api("DELETE", this.office.path("/status-page")).then(() => true), false);
    if (closed) this.#take(null);
  }

  /** @param {{url: string, show: string, areas: string[]} | null} page */
  #take(page) {
    this.#page = page;
    this.#shown = "";
    void this.office.refresh();
  }
}
