/** Alerts in the studio: said at once, listed, acknowledged. */
import { api } from "../ui/api.js";
import { byId, element, icon, setText } from "../ui/dom.js";
import { KeyedList } from "../ui/keyed-list.js";
import { postUntilAnswered } from "../ui/until-answered.js";
import { t } from "../ui/words.js";
import { isRunning } from "../live/run-state.js";
import { Bell } from "./alert-sound.js";
import { alertEntry } from "./row.js";
import { wireStills } from "./stills.js";
import { alertText, ongoing, risen, titleWith } from "./words.js";

/**
 * @typedef {import("./row.js").AlertRecord} AlertRecord
 * @typedef {import("./words.js").Ongoing} Ongoing
 */

/** The server writes an alert down a moment after the frame that began it. */
const SETTLE_MS = 1200;
/** @type {readonly import("../live/protocol.js").ZoneResult[]} */
const NOTHING = [];

export class Alerts {
  #bell = new Bell();
  #list = new KeyedList(byId("alert-list", HTMLUListElement));
  #problem = byId("alert-problem", HTMLElement);
  #banner = byId("alert-banner", HTMLElement);
  #title = document.title;
  /** @type {AlertRecord[]} */
  #records = [];
  /** @type {Map<string, string>} id to level */
  #known = new Map();
  /** @type {readonly import("../live/protocol.js").ZoneResult[] | null} */
  #zones = null;
  #bannerShown = "";
  #listShown = "";
  #timer = 0;
  /** Counts what was asked: only the newest answer is shown. */
  #version = 0;
  #acts = {
    acknowledge: (/** @type {string} */ id, /** @type {string} */ note) => void this.#acknowledge(id, note),
    /** @type {((id: string) => void) | null} */
    deleteStill: null,
  };

  /** @param {string} camera id @param {() => void} changed */
  constructor(camera, changed) {
    this.path = `/api/cameras/${encodeURIComponent(camera)}/alerts`;
    this.changed = changed;
    byId("alert-show", HTMLButtonElement).addEventListener("click", () => byId("tab-alerts", HTMLElement).click());
    void this.#load();
    wireStills(camera, (error) => this.#tell(error), () => {
      this.#acts.deleteStill = (id) => void this.#deleteStill(id);
      this.#listShown = "";
      this.#renderList();
    });
  }

  /** @param {boolean} active */
  activate(active) {
    if (active) void this.#load();
  }

  /** @param {import("../live/run-state.js").StudioState} state @param {readonly {id: string, name: string}[]} shapes */
  render(state, shapes) {
    // After the end the last figures stay on the page, but nothing goes on.
    const zones = isRunning(state.phase) ? state.zones : NOTHING;
    if (zones === this.#zones) return;
    this.#zones = zones;
    const alerts = ongoing(zones, shapes);
    const worse = risen(this.#known, alerts);
    const gone = this.#known.size !== alerts.length;
    this.#known = new Map(alerts.map(({ id, level }) => [id, level]));
    if (worse.length || gone) this.#soon();
    if (worse.length) {
      setText(byId("alert-said", HTMLElement), worse.map(alertText).join(". "));
      this.#bell.tell(worse);
    }
    this.#renderBanner(alerts);
    const waiting = alerts.some(({ id, level }) => level === "critical" && !this.#records.find((record) => record.id === id)?.acknowledged_at);
    this.#bell.remind(waiting, performance.now());
  }

  /** @param {readonly Ongoing[]} alerts */
  #renderBanner(alerts) {
    const title = titleWith(this.#title, alerts);
    if (document.title !== title) document.title = title;
    const signature = JSON.stringify(alerts.map(({ id, level, peak, estimated, peak_low, peak_high }) => [id, level, peak, estimated, peak_low, peak_high]));
    if (signature === this.#bannerShown) return;
    this.#bannerShown = signature;
    this.#banner.hidden = alerts.length === 0;
    this.#banner.dataset.level = alerts[0]?.level ?? "clear";
    const count = byId("tab-alerts-count", HTMLElement);
    count.hidden = alerts.length === 0;
    setText(count, String(alerts.length));
    byId("alert-banner-list", HTMLUListElement).replaceChildren(
      ...alerts.map((alert) => element("li", {}, icon(alert.level === "critical" ? "circle-alert" : "triangle-alert"), alertText(alert))),
    );
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(), SETTLE_MS);
  }

  async #load() {
    const version = ++this.#version;
    try {
      const { alerts } = await api("GET", this.path);
      // Asked again since, or changed here: this answer may be from before that.
      if (version !== this.#version) return;
      this.#records = alerts;
      this.#tell("");
      this.#renderList();
    } catch (error) {
      if (version === this.#version) this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} id @param {string} note */
  async #acknowledge(id, note) {
    try {
      const path = `/api/alerts/${encodeURIComponent(id)}/acknowledge`;
      const { alert } = await postUntilAnswered(path, { note }, (error) => this.#tell(`${error.message} ${t("It is sent again by itself.")}`));
      this.#records = this.#records.map((record) => (record.id === id ? alert : record));
      void this.#load();
      this.#tell("");
      setText(byId("alert-status", HTMLElement), t("The alert of {zone} is acknowledged.", { zone: alert.zone.name }));
      this.#renderList();
      byId("panel-alerts", HTMLElement).focus();
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} id */
  async #deleteStill(id) {
    try {
      await api("DELETE", `/api/alerts/${encodeURIComponent(id)}/still`);
      setText(byId("alert-status", HTMLElement), t("The picture is deleted."));
      await this.#load();
      byId("panel-alerts", HTMLElement).focus();
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.#problem.hidden = !text;
    setText(this.#problem, text);
  }

  #renderList() {
    byId("alert-none", HTMLElement).hidden = this.#records.length > 0;
    const signature = JSON.stringify(this.#records);
    if (signature === this.#listShown) return;
    this.#listShown = signature;
    this.#list.render(this.#records.map((record) => alertEntry(record, this.#acts)));
    this.changed();
  }
}
