/** Where the room is looked after: every change goes through here, says how it went, and has the room looked at anew. */
import { api } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { tell } from "../ui/words.js";

export class Office {
  #problem = byId("manage-problem", HTMLElement);
  /** What went wrong last. A list that is fetched beside it takes back nothing of what is said of a change. */
  #said = { change: "", look: "" };

  /** @param {string} room id @param {(room: import("./types.js").Room) => void} changed */
  constructor(room, changed) {
    this.room = room;
    this.changed = changed;
  }

  /** @param {string} [rest] */
  path(rest = "") {
    return `/api/rooms/${encodeURIComponent(this.room)}${rest}`;
  }

  async refresh() {
    const answer = await this.ask(() => api("GET", this.path()), null);
    if (answer) this.changed(answer.room);
  }

  /**
   * @param {() => Promise<unknown>} act @param {string} done said to everybody, screen readers too
   * @returns {Promise<boolean>} whether it worked
   */
  async change(act, done) {
    const worked = await this.act(async () => {
      await act();
      return true;
    }, false);
    if (!worked) return false;
    setText(byId("wall-status", HTMLElement), done);
    await this.refresh();
    return true;
  }

  /** Changes something. @template T @template F @param {() => Promise<T>} act @param {F} otherwise @returns {Promise<T | F>} */
  act(act, otherwise) {
    return this.#try("change", act, otherwise);
  }

  /** Looks something up. @template T @template F @param {() => Promise<T>} act @param {F} otherwise @returns {Promise<T | F>} */
  ask(act, otherwise) {
    return this.#try("look", act, otherwise);
  }

  /** @template T @template F @param {"change" | "look"} kind @param {() => Promise<T>} act @param {F} otherwise @returns {Promise<T | F>} */
  async #try(kind, act, otherwise) {
    try {
      const answer = await act();
      this.#tell(kind, "");
      return answer;
    } catch (error) {
      this.#tell(kind, error instanceof Error ? tell(error.message) : String(error));
      return otherwise;
    }
  }

  /** @param {"change" | "look"} kind @param {string} text */
  #tell(kind, text) {
    this.#said[kind] = text;
    const shown = this.#said.change || this.#said.look;
    this.#problem.hidden = !shown;
    setText(this.#problem, shown);
  }
}
