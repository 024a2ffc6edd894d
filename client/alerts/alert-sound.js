/** Sound and browser notifications, each only after the user chose it. */
import { byId, setText } from "../ui/dom.js";
import { recall, remember } from "../ui/memory.js";
import { t } from "../ui/words.js";
import { Tones } from "./tones.js";
import { alertText } from "./words.js";

/** @typedef {import("./words.js").Ongoing} Ongoing */

/** An unacknowledged critical alert is heard again after this. */
const AGAIN_MS = 15000;

export class Bell {
  #sound = byId("alert-sound", HTMLInputElement);
  #notify = byId("alert-notify", HTMLInputElement);
  #note = byId("alert-notify-note", HTMLElement);
  #tones = new Tones();
  #rangAt = -Infinity;

  constructor() {
    this.#sound.checked = recall("alertSound", false);
    this.#notify.checked = recall("alertNotify", false) && "Notification" in window && Notification.permission === "granted";
    this.#sound.addEventListener("change", () => {
      remember("alertSound", this.#sound.checked);
      if (this.#sound.checked) void this.#ring("warning");
    });
    this.#notify.addEventListener("change", () => void this.#chooseNotify());
  }

  /** @param {readonly Ongoing[]} alerts that began or became worse */
  tell(alerts) {
    const [worst] = alerts;
    if (!worst) return;
    if (this.#sound.checked) void this.#ring(worst.level);
    if (!this.#notify.checked || !document.hidden) return;
    try {
      for (const alert of alerts) new Notification(alertText(alert), { tag: alert.id, body: document.querySelector("h1")?.textContent ?? "" });
    } catch (error) {
      // Android's browsers take them from service workers only, which is what push is for.
      if (!(error instanceof TypeError)) throw error;
      setText(this.#note, t("This browser shows no notifications of a page; use push instead."));
    }
  }

  /** @param {boolean} unacknowledged whether a critical alert waits for somebody @param {number} now ms */
  remind(unacknowledged, now) {
    if (!unacknowledged || !this.#sound.checked || now - this.#rangAt < AGAIN_MS) return;
    void this.#ring("critical");
  }

  async #chooseNotify() {
    if (this.#notify.checked) {
      const allowed = "Notification" in window ? await Notification.requestPermission() : "denied";
      this.#notify.checked = allowed === "granted";
      setText(this.#note, this.#notify.checked ? "" : t("The browser does not allow notifications here."));
    }
    remember("alertNotify", this.#notify.checked);
  }

  /** @param {"warning" | "critical"} level */
  async #ring(level) {
    this.#rangAt = performance.now();
    await this.#tones.ring(level);
  }
}
