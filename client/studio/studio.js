/** The studio's controller: what a tap, a key or a file starts and stops. */
import { ProblemError, listCameras, watchCameras } from "../capture/camera.js";
import { unexpected } from "../capture/problem.js";
import { remember } from "../ui/memory.js";
import { CameraRun } from "./camera-run.js";
import { EveryRun } from "./every-run.js";
import { FileRun } from "./file-run.js";
import { isRunning } from "../live/run-state.js";

/** @typedef {import("../capture/problem.js").ProblemAction} ProblemAction */
/** @typedef {import("./run.js").Run} Run */

export class Studio {
  /** @type {Run | null} */
  run = null;
  /** @type {(() => Run) | null} makes the last run anew */
  #again = null;
  /** @type {File | null} */
  #file = null;

  /** @param {import("./run.js").Desk} desk @param {() => void} pickFile opens the browser's file picker */
  constructor(desk, pickFile) {
    this.desk = desk;
    this.pickFile = pickFile;
    watchCameras(() => void this.#refreshDevices());
    void this.#refreshDevices();
  }

  get store() {
    return this.desk.store;
  }

  get isRunning() {
    const { phase } = this.store.get();
    return isRunning(phase) || phase === "asking";
  }

  startCamera() {
    this.#start(() => new CameraRun(this.desk));
  }

  /** @param {File} file */
  startFile(file) {
    const { fileMode } = this.store.get();
    this.#file = file;
    if (fileMode === "server") return this.countOnServer();
    this.#start(() => (fileMode === "every" ? new EveryRun(this.desk, file) : new FileRun(this.desk, file)));
  }

  /** The last file goes to the server, after a question; what that takes is loaded only now. */
  countOnServer() {
    const file = this.#file;
    if (file) void import("../recordings/send-dialog.js").then(({ countOnServer }) => countOnServer(file, { camera: this.desk.camera })).catch((error) => this.#serverFailed(error));
  }

  /** @param {unknown} error */
  #serverFailed(error) {
    const problem = unexpected(error instanceof Error ? error.message : String(error));
    this.store.set({ phase: problem.phase, problem });
  }

  startAgain() {
    if (this.#again) this.#start(this.#again);
  }

  async stop() {
    await this.run?.stop();
  }

  togglePause() {
    const { source, paused, phase } = this.store.get();
    if (source === "file" && isRunning(phase)) this.run?.pause(!paused);
  }

  /** @param {number} share 0..1 */
  seek(share) {
    if (this.run instanceof FileRun) this.run.seek(share);
  }

  /** The next camera: on a phone the other side, elsewhere the next in the list. */
  switchCamera() {
    const { devices, settings } = this.store.get();
    if (!(this.run instanceof CameraRun) || devices.length < 2) return;
    const playing = this.desk.video.srcObject;
    const track = playing instanceof MediaStream ? playing.getVideoTracks()[0] : undefined;
    const { deviceId, facingMode } = track?.getSettings() ?? {};
    if (facingMode) {
      this.changeSettings({ facing: facingMode === "user" ? "environment" : "user", deviceId: "" });
    } else {
      const at = devices.findIndex((device) => device.id === (deviceId ?? settings.deviceId));
      this.changeSettings({ deviceId: devices[(at + 1) % devices.length].id });
    }
  }

  /** @param {Partial<import("../live/run-state.js").Settings>} patch */
  changeSettings(patch) {
    const settings = { ...this.store.get().settings, ...patch };
    this.store.set({ settings });
    if (!this.desk.passing) remember("settings", settings);
    this.run?.onSettings();
    if (("deviceId" in patch || "facing" in patch) && this.run instanceof CameraRun && !this.run.over) void this.#changeCamera(this.run);
  }

  /** @param {Partial<import("../canvas/stage.js").Layers>} patch */
  changeLayers(patch) {
    const layers = { ...this.store.get().layers, ...patch };
    this.store.set({ layers });
    remember("layers", layers);
  }

  /** @param {ProblemAction} action */
  act(action) {
    if (action === "retry" || action === "here") this.startAgain();
    else if (action === "camera") this.startCamera();
    else if (action === "file") this.pickFile();
    else location.assign("/cameras");
  }

  toStart() {
    this.run?.abandon();
    this.run = null;
    this.desk.stage.clear();
    this.desk.history.clear();
    this.store.set({ phase: "idle", problem: null, ending: null, source: null, figures: null, zones: [], lines: [] });
  }

  leave() {
    if (this.isRunning) this.run?.leave();
  }

  /** @param {() => Run} make */
  #start(make) {
    if (this.run && !this.run.over) this.run.abandon();
    this.#again = make;
    this.desk.stage.clear();
    this.run = make();
    void this.run.begin();
  }

  /** @param {CameraRun} run */
  async #changeCamera(run) {
    try {
      await run.change();
    } catch (error) {
      if (!run.over) run.fail(error instanceof ProblemError ? error.problem : unexpected(String(error)));
    }
  }

  async #refreshDevices() {
    this.store.set({ devices: (await listCameras()).filter((device) => device.label) });
  }
}
