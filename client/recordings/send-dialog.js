/** Counting a file on the server: the question before anything is sent, then how far the upload is. */
import { api } from "../ui/api.js";
import { element, icon, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { Sender } from "./sender.js";
import { QUALITY_WORDS, sentText, sizeText } from "./words.js";

/**
 * @typedef {object} Wish
 * @property {string} [camera] whose zones count
 * @property {string} [recording] that is counted again
 * @property {string} [upload] address of an upload that goes on
 */

/** @param {string} id @param {string} label @param {HTMLElement} control @param {string} hint */
function field(id, label, control, hint) {
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-hint`);
  return element("div", { class: "field" }, element("label", { for: id }, label), control, element("p", { class: "hint", id: `${id}-hint` }, hint));
}

/** @param {[string, string][]} choices value and text @param {string} chosen */
function select(choices, chosen) {
  const made = element("select", {}, ...choices.map(([value, text]) => element("option", { value }, text)));
  made.value = chosen;
  return made;
}

/** @returns {Promise<HTMLSelectElement>} @param {string} chosen */
async function cameraChoice(chosen) {
  /** @type {{cameras: {id: string, name: string}[]}} */
  const { cameras } = await api("GET", "/api/cameras");
  const known = cameras.some(({ id }) => id === chosen) ? chosen : "";
  return select([["", t("No zones")], ...cameras.map(({ id, name }) => /** @type {[string, string]} */ ([id, name]))], known);
}

class SendDialog {
  #dialog = element("dialog", { class: "send", "aria-labelledby": "send-title" });
  /** @type {Sender | null} */
  #sender = null;
  #over = false;
  #leave = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();

  /** @param {File} file @param {Wish} wish @param {() => void} changed something is on the server now */
  constructor(file, wish, changed) {
    this.file = file;
    this.wish = wish;
    this.changed = changed;
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("close", () => this.#dialog.remove());
    // Escape asks nothing: it must not end what takes an hour.
    this.#dialog.addEventListener("cancel", (event) => this.#sender && !this.#over && event.preventDefault());
  }

  async ask() {
    const { max_bytes: most } = await api("GET", "/api/recordings");
    if (!most) return this.#refuse(t("This server takes no uploads."));
    if (this.file.size > most) return this.#refuse(t("This file has {size}; at most {most} can be uploaded.", { size: sizeText(this.file.size), most: sizeText(most) }));
    const again = Boolean(this.wish.recording);
    const cameras = again ? null : await cameraChoice(this.wish.camera ?? "");
    const quality = select(Object.entries(QUALITY_WORDS), "balanced");
    const go = element("button", { type: "button", class: "button button-primary", id: "send-go" }, icon("upload"), t("Upload and count"));
    go.addEventListener("click", () => this.#send({ ...(cameras ? { camera: cameras.value } : {}), quality: quality.value }));
    const fields = [
      ...(cameras ? [field("send-camera", t("Zones and lines"), cameras, t("Counted with the zones and lines of this camera."))] : []),
      field("send-quality", t("Quality"), quality, t("Accurate finds more distant people and takes longer.")),
    ];
    this.#show(t("Count on the server?"), [
      element("p", {}, t("{name} ({size}) is uploaded to this server, which counts every frame.", { name: this.file.name, size: sizeText(this.file.size) })),
      element("p", {}, t("The file is deleted as soon as it is counted or given up. Only the numbers stay.")),
      ...fields,
    ], [go, this.#closer(t("Cancel"))]);
    go.focus();
  }

  /** Goes on where an upload stopped. */
  resume() {
    this.#send({});
  }

  /** @param {string} text */
  #refuse(text) {
    this.#show(t("Count on the server?"), [element("p", { role: "alert" }, text)], [this.#closer(t("Close"))]);
  }

  /** @param {string} title @param {Node[]} body @param {Node[]} buttons */
  #show(title, body, buttons) {
    const heading = element("h2", { id: "send-title", tabindex: "-1" }, title);
    this.#dialog.replaceChildren(element("div", { class: "stack" }, heading, ...body, element("div", { class: "actions" }, ...buttons)));
    if (!this.#dialog.open) this.#dialog.showModal();
    return heading;
  }

  /** @param {string} text */
  #closer(text) {
    const button = element("button", { type: "button", class: "button" }, text);
    button.addEventListener("click", () => this.#dialog.close());
    return button;
  }

  /** @param {{[name: string]: string}} chosen */
  #send(chosen) {
    const bar = element("progress", { max: "1", value: "0", "aria-labelledby": "send-title" });
    const state = element("p", { class: "digits", id: "send-state" }, t("Starting the upload"));
    const trouble = element("p", { class: "notice", role: "alert", hidden: "" });
    const pause = element("button", { type: "button", class: "button", id: "send-pause" }, t("Pause"));
    const cancel = element("button", { type: "button", class: "button", id: "send-cancel" }, t("Cancel upload"));
    let paused = false;
    const say = (/** @type {string} */ text) => {
      trouble.hidden = !text;
      setText(trouble, text);
    };
    const hold = (/** @type {boolean} */ now) => {
      paused = now;
      setText(pause, paused ? t("Resume") : t("Pause"));
    };
    const { recording, upload } = this.wish;
    const sender = new Sender(this.file, { ...chosen, ...(recording ? { recording } : {}) }, {
      progress: (sent, size, leftMs) => {
        bar.value = sent / size;
        setText(state, sentText(sent, size, leftMs));
      },
      done: () => this.#done(),
      failed: (message) => {
        say(message);
        hold(true);
      },
    }, upload ?? null);
    pause.addEventListener("click", () => {
      say("");
      hold(!paused);
      if (paused) void sender.pause();
      else sender.start();
    });
    cancel.addEventListener("click", () => void this.#cancel(sender));
    this.#show(t("Uploading {name}", { name: this.file.name }), [bar, state, trouble, element("p", { class: "hint" }, t("Keep this page open until the upload is finished. If it stops, you can resume it later."))], [pause, cancel]);
    pause.focus();
    window.addEventListener("beforeunload", this.#leave);
    this.#sender = sender;
    sender.start();
  }

  /** @param {Sender} sender */
  async #cancel(sender) {
    try {
      await sender.cancel();
    } catch (error) {
      // The server drops it by itself after some days.
      console.info("The upload could not be given up:", error);
    }
    this.#end();
    this.#dialog.close();
  }

  #done() {
    this.#end();
    const link = element("a", { class: "button button-primary", href: "/recordings", id: "send-recordings" }, t("Go to recordings"));
    const here = location.pathname === "/recordings";
    const heading = this.#show(t("Uploaded"), [element("p", { id: "send-done" }, t("The server counts it now. You can close this page."))], here ? [this.#closer(t("Close"))] : [link, this.#closer(t("Close"))]);
    heading.focus();
  }

  #end() {
    this.#over = true;
    window.removeEventListener("beforeunload", this.#leave);
    this.changed();
  }
}

/** Asks whether a file is to be counted on the server, and sends it. @param {File} file @param {Wish} [wish] @param {() => void} [changed] */
export async function countOnServer(file, wish = {}, changed = () => {}) {
  const dialog = new SendDialog(file, wish, changed);
  if (wish.upload) dialog.resume();
  else await dialog.ask();
}
