/** Frames that were not counted, and why. Pure. */
import { tell, tn } from "../ui/words.js";

export class Refusals {
  #frames = 0;
  #why = "";

  /** @param {string} why a sentence of the server, English */
  add(why) {
    this.#frames += 1;
    this.#why = why;
  }

  clear() {
    this.#frames = 0;
    this.#why = "";
  }

  /** How many there were, with the newest reason; empty where there were none. */
  get text() {
    if (!this.#frames) return "";
    return [tn("{n} frame could not be counted.", "{n} frames could not be counted.", this.#frames), tell(this.#why)].join(" ");
  }
}
