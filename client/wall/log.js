/** The room's log: what happened, and notes for whoever takes over. */
import { api } from "../ui/api.js";
import { byId, element, icon, setText } from "../ui/dom.js";
import { locale, tell } from "../ui/words.js";
import { timeOf } from "./alert-row.js";
import { merged } from "./log-pages.js";
import { logText } from "./words.js";

/** @typedef {import("./types.js").LogEntry} LogEntry */

const ICONS = /** @type {Record<string, string>} */ ({ note: "pencil", alert: "triangle-alert", acknowledged: "check", claimed: "hand", joined: "user-plus", left: "log-out", camera_on: "video", camera_off: "camera-off" });
const PAGE = 50;
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });

/** @param {LogEntry} entry @returns {HTMLLIElement} */
function row(entry) {
  const words = logText(entry);
  const who = entry.kind === "note" ? [element("strong", {}, entry.who), " "] : [];
  return element("li", { class: `log-row log-${entry.kind}` }, icon(ICONS[entry.kind] ?? "info"), element("p", {}, ...who, words), timeOf(entry.at));
}

export class RoomLog {
  #list = byId("log-list", HTMLOListElement);
  #more = byId("log-more", HTMLButtonElement);
  #note = byId("log-note", HTMLTextAreaElement);
  #problem = byId("log-problem", HTMLElement);
  /** @type {LogEntry[]} newest first */
  #entries = [];
  /** @type {number | null} */
  #next = null;

  /** @param {string} room id */
  constructor(room) {
    this.path = `/api/rooms/${encodeURIComponent(room)}/log`;
    this.#more.addEventListener("click", () => void this.#load(this.#next));
    byId("log-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#write();
    });
  }

  /** The newest entries: at first, and after a time without a connection, which may have had more than fit on a page. */
  refresh() {
    return this.#load(null);
  }

  /** @param {LogEntry} entry that was written just now, here or elsewhere */
  add(entry) {
    if (this.#entries.some(({ id }) => id === entry.id)) return;
    this.#entries = [entry, ...this.#entries].sort((a, b) => b.id - a.id);
    this.#render();
  }

  /** @param {boolean} mayWrite */
  allow(mayWrite) {
    byId("log-form", HTMLFormElement).hidden = !mayWrite;
  }

  /** @param {number | null} before */
  async #load(before) {
    await this.#try(async () => {
      const { entries, next } = await api("GET", `${this.path}?limit=${PAGE}${before === null ? "" : `&before=${before}`}`);
      ({ entries: this.#entries, next: this.#next } = merged({ entries: this.#entries, next: this.#next }, { entries, next }, before === null));
      this.#render();
    });
  }

  async #write() {
    const text = this.#note.value.trim();
    if (!text) return this.#note.focus();
    await this.#try(async () => {
      const { entry } = await api("POST", this.path, { text });
      this.#note.value = "";
      this.add(entry);
    });
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    try {
      await act();
      this.#tell("");
    } catch (error) {
      this.#tell(error instanceof Error ? tell(error.message) : String(error));
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.#problem.hidden = !text;
    setText(this.#problem, text);
  }

  #render() {
    this.#more.hidden = this.#next === null;
    byId("log-none", HTMLElement).hidden = this.#entries.length > 0;
    /** @type {HTMLLIElement[]} */
    const rows = [];
    let before = "";
    for (const entry of this.#entries) {
      const date = day.format(new Date(entry.at));
      if (date !== before) rows.push(element("li", { class: "log-day" }, date));
      before = date;
      rows.push(row(entry));
    }
    this.#list.replaceChildren(...rows);
  }
}
