/** A scanned code turns this device into a camera of a room, or its owner into one of the people there. */
import "../ui/main.js";
import { cameraObstacle } from "../capture/camera.js";
import { Encoder } from "../capture/encoder.js";
import { WakeLock } from "../capture/wake-lock.js";
import { Announcer } from "../core/announcer.js";
import { History } from "../core/history.js";
import { createStore } from "../core/store.js";
import { connectToServer } from "../live/link.js";
import { ApiError } from "../ui/api.js";
import { byId, element, icon, setText } from "../ui/dom.js";
import { recall, remember } from "../ui/memory.js";
import { t, tell } from "../ui/words.js";
import { Stage } from "../canvas/stage.js";
import { initialState, isRunning } from "../live/run-state.js";
import { Studio } from "../studio/studio.js";
import { Pass } from "./guest-token.js";
import { joinView } from "./view.js";
import { invitationOver, obstacleText, welcome } from "./words.js";

const AGE_MS = 1000;
/** Follows people well, and costs half of what the camera could give: data on a phone is dear. */
const ENOUGH_FPS = 10;
/** One camera of one phone is watched from afar; its own screen shows what is counted, and nothing to choose. */
const LAYERS = { boxes: true, identities: false, trails: false, zones: false, heatmap: false, density: true, opacity: 60 };

const code = decodeURIComponent(location.pathname.split("/")[2] ?? "");
// Installed, it opens this invitation again. The page itself knows no code: it is kept on the device for every one.
document.head.append(element("link", { rel: "manifest", href: `/join/${encodeURIComponent(code)}/app.webmanifest` }));
const root = byId("studio", HTMLElement);
const initial = initialState();
const own = { model: "", deviceId: "", side: 0, mirror: false, fps: ENOUGH_FPS, ...recall("join", { facing: /** @type {"user" | "environment"} */ ("environment"), saving: false }) };
const store = createStore({ ...initial, settings: { ...initial.settings, ...own }, layers: LAYERS });
const wakeLock = new WakeLock();
let asked = false;

function schedule() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

const pass = new Pass(code, (error) => {
  if (error instanceof ApiError && error.status === 404) over();
});
const stage = new Stage(byId("stage", HTMLElement), byId("picture", HTMLCanvasElement), byId("overlay", HTMLCanvasElement), schedule);
const desk = {
  store,
  stage,
  history: new History(),
  announcer: new Announcer(),
  encoder: new Encoder(root.dataset.encoder ?? ""),
  video: byId("preview", HTMLVideoElement),
  camera: "",
  passing: true,
  connect: () => connectToServer(pass.credentials),
  signedOut: invitationOver,
};
const studio = new Studio(desk, () => undefined);
const view = joinView((action) => studio.act(action));

function draw() {
  asked = false;
  const state = store.get();
  const now = performance.now();
  const shown = stage.draw(state.layers, state.settings.mirror);
  if (shown) studio.run?.drawn(now - shown.capturedAt);
  view(state, now);
}

/** The invitation ended while this device streamed, or before. */
function over() {
  const problem = invitationOver();
  if (studio.run && !studio.run.over) return studio.run.fail(problem);
  greet(problem.title, problem.text);
}

/** @param {string} title @param {string} text @param {boolean} [again] whether trying again may help */
function greet(title, text, again = false) {
  byId("welcome", HTMLElement).setAttribute("aria-busy", "false");
  setText(byId("join-title", HTMLElement), title);
  setText(byId("join-text", HTMLElement), text);
  byId("join-again-row", HTMLElement).hidden = !again;
}

/** @param {unknown} error */
function explain(error) {
  byId("join-form", HTMLElement).hidden = true;
  if (error instanceof ApiError && error.status === 404) return over();
  greet(t("That did not work"), error instanceof Error ? tell(error.message) : String(error), true);
}

async function look() {
  try {
    const invitation = await pass.look();
    const { title, text, go, icon: sign } = welcome(invitation);
    const camera = invitation.role === "camera";
    setText(byId("join-room", HTMLElement), invitation.room.name);
    const obstacle = camera ? cameraObstacle() : null;
    // Said before the tap: whoever joins and cannot stream uses up a place.
    if (obstacle) return greet(obstacle.title, obstacleText(obstacle));
    greet(title, text);
    setText(byId("join-go-word", HTMLElement), go);
    byId("join-go", HTMLElement).firstElementChild?.replaceWith(icon(sign));
    byId("join-form", HTMLElement).hidden = false;
    byId("join-name-field", HTMLElement).hidden = !camera;
    byId("join-privacy", HTMLElement).hidden = !camera;
    byId("join-form", HTMLElement).onsubmit = (event) => {
      event.preventDefault();
      void (camera ? stream() : enter());
    };
  } catch (error) {
    explain(error);
  }
}

async function enter() {
  try {
    const { room } = await pass.join();
    location.assign(`/rooms/${encodeURIComponent(room.id)}`);
  } catch (error) {
    explain(error);
  }
}

async function stream() {
  const go = byId("join-go", HTMLButtonElement);
  go.disabled = true;
  try {
    const { camera } = await pass.enter(byId("join-name", HTMLInputElement).value.trim());
    desk.camera = camera.id;
    setText(byId("join-camera", HTMLElement), camera.name);
    document.title = `${camera.name} · crowdcount`;
    byId("welcome", HTMLElement).hidden = true;
    byId("live", HTMLElement).hidden = false;
    studio.startCamera();
  } catch (error) {
    explain(error);
  } finally {
    go.disabled = false;
  }
}

async function stop() {
  await studio.stop();
  byId("live", HTMLElement).hidden = true;
  byId("welcome", HTMLElement).hidden = false;
  void look();
}

function toggleSaving() {
  const { settings } = store.get();
  store.set({ settings: { ...settings, saving: !settings.saving } });
  studio.run?.onSettings();
  keep();
}

function keep() {
  const { facing, saving } = store.get().settings;
  remember("join", { facing, saving });
}

store.subscribe(schedule);
store.subscribe(() => wakeLock.want(isRunning(store.get().phase)));
setInterval(() => {
  if (isRunning(store.get().phase)) schedule();
}, AGE_MS);
byId("stop", HTMLButtonElement).addEventListener("click", () => void stop());
byId("saving", HTMLButtonElement).addEventListener("click", toggleSaving);
byId("switch", HTMLButtonElement).addEventListener("click", () => {
  studio.switchCamera();
  keep();
});
byId("join-again", HTMLButtonElement).addEventListener("click", () => void look());
window.addEventListener("pagehide", () => studio.leave());
// A page that comes back from the browser's cache would show the last picture as if it were of now.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("online", () => {
  studio.run?.onNetworkChange();
  if (!byId("join-again-row", HTMLElement).hidden) void look();
});
/** @type {{connection?: EventTarget}} */ (navigator).connection?.addEventListener("change", () => studio.run?.onNetworkChange());
schedule();
void look();
