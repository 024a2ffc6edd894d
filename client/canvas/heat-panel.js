/** How far the heatmap looks back, the heatmap as a picture and as a plan, and counters that begin anew. */
import { isRunning } from "../live/run-state.js";
import { cssColour } from "../charts/time-axis.js";
import { formatTenth } from "../core/format.js";
import { byId, element, setText } from "../ui/dom.js";
import { recall, remember } from "../ui/memory.js";
import { locale, t, tell } from "../ui/words.js";
import { saveFile } from "../zones/exchange.js";

/**
 * @typedef {import("../studio/studio.js").Studio} Studio
 * @typedef {import("../zones/shape.js").Plan} Plan
 */

const DEFAULT = "quarter";
const PLAN_MS = 500;
const ROUND_PLAN = 320;
const WINDOWS = /** @type {Record<string, string>} */ ({ minute: t("last minute"), quarter: t("last 15 minutes"), session: t("whole session"), reset: t("since the reset") });

/** @returns {import("./plan-view.js").Paint} */
function paint() {
  return { ground: cssColour("--surface"), sunken: cssColour("--sunken"), line: cssColour("--line"), text: cssColour("--text"), soft: cssColour("--text-soft") };
}

export class HeatPanel {
  #panel = byId("heat-panel", HTMLElement);
  #note = byId("heat-note", HTMLElement);
  #dialog = byId("plan-dialog", HTMLDialogElement);
  #window = recall("heatWindow", DEFAULT);
  /** @type {string | undefined} the stream that knows the window */
  #told;
  #drawnAt = -Infinity;
  /** @type {typeof import("./plan-view.js") | null} */
  #view = null;

  /** @param {Studio} studio @param {() => Plan} plan */
  constructor(studio, plan) {
    this.studio = studio;
    this.plan = plan;
    for (const input of byId("heat-window", HTMLElement).querySelectorAll("input")) {
      input.checked = input.value === this.#window;
      input.addEventListener("change", () => this.#choose(input.value));
    }
    byId("heat-save", HTMLButtonElement).addEventListener("click", () => void this.#save());
    byId("heat-plan", HTMLButtonElement).addEventListener("click", () => void this.#open());
    byId("plan-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    byId("plan-save", HTMLButtonElement).addEventListener("click", () => byId("plan-canvas", HTMLCanvasElement).toBlob((blob) => blob && saveFile(this.#fileName("plan"), blob), "image/png"));
    const reset = byId("reset-dialog", HTMLDialogElement);
    byId("counters-reset", HTMLButtonElement).addEventListener("click", () => {
      reset.returnValue = "";
      reset.showModal();
    });
    reset.addEventListener("close", () => void (reset.returnValue === "yes" && this.#reset()));
  }

  /** @param {import("../live/run-state.js").StudioState} state @param {number} now ms */
  render(state, now) {
    this.#panel.hidden = !(isRunning(state.phase) && state.figures);
    if (this.#panel.hidden) return;
    byId("heat-plan", HTMLButtonElement).hidden = this.plan().calibration === null;
    const stream = this.studio.run?.opened?.stream;
    if (stream !== this.#told && this.studio.run?.link?.isOpen) {
      this.#told = stream;
      if (this.#window !== DEFAULT) void this.#tell();
    }
    if (this.#dialog.open && now - this.#drawnAt > PLAN_MS) this.#draw(now);
  }

  /** @param {string} window */
  #choose(window) {
    this.#window = window;
    remember("heatWindow", window);
    // Who chooses a window wants to see it.
    if (!this.studio.store.get().layers.heatmap) byId("layers", HTMLElement).querySelector("input[name=heatmap]")?.dispatchEvent(new MouseEvent("click"));
    void this.#tell();
  }

  async #tell() {
    await this.#ask("heatmap_window", { window: this.#window });
  }

  async #reset() {
    if (await this.#ask("counters_reset", {})) setText(this.#note, t("The counters began again at {time}.", { time: new Date().toLocaleTimeString(locale) }));
  }

  /** @param {string} event @param {Record<string, unknown>} payload @returns {Promise<boolean>} whether it was done */
  async #ask(event, payload) {
    const answer = (await this.studio.run?.link?.ask(event, payload)) ?? null;
    if (answer && !answer.error) {
      setText(this.#note, "");
      return true;
    }
    setText(this.#note, answer?.error ? tell(answer.error.message) : t("The server could not be asked. Try again."));
    return false;
  }

  async #save() {
    const { stage } = this.studio.desk;
    const { drawFoot } = (this.#view ??= await import("./plan-view.js"));
    // Looked at after what was awaited: a frame's bitmap is closed as soon as the next one is shown.
    const { shown, heatmap } = stage;
    if (!shown || !heatmap) return setText(this.#note, t("There is no heatmap yet."));
    const { width, height } = shown.bitmap;
    const canvas = element("canvas", { width: String(width), height: String(height + 44) });
    const context = canvas.getContext("2d");
    if (!context) return;
    const { layers, settings } = this.studio.store.get();
    stage.drawHeated(context, layers.opacity / 100, settings.mirror);
    const words = [t("{seconds} s of people in a spot", { seconds: formatTenth(heatmap.max_seconds) }), WINDOWS[this.#window], new Date().toLocaleString(locale)].join(" · ");
    drawFoot(context, paint(), width, height, words);
    canvas.toBlob((blob) => blob && saveFile(this.#fileName("heatmap"), blob), "image/png");
  }

  async #open() {
    this.#view ??= await import("./plan-view.js");
    this.#dialog.showModal();
    this.#draw(performance.now());
  }

  /** @param {number} now ms */
  #draw(now) {
    this.#drawnAt = now;
    const canvas = byId("plan-canvas", HTMLCanvasElement);
    // The dialog's words and buttons need the rest of the window.
    const room = { width: byId("plan-frame", HTMLElement).clientWidth, height: window.innerHeight - ROUND_PLAN };
    const drawn = this.#view?.drawPlan(canvas, this.studio.desk.stage, this.plan(), paint(), room) ?? false;
    canvas.hidden = !drawn;
    byId("plan-empty", HTMLElement).hidden = drawn;
  }

  /** @param {string} kind */
  #fileName(kind) {
    const name = byId("studio", HTMLElement).dataset.name ?? "";
    return `${name.normalize("NFKD").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "camera"}-${kind}.png`;
  }
}
