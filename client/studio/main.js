/** The page of one camera: builds the parts, wires the page to them, and draws. */
import "../ui/main.js";
import { Encoder } from "../capture/encoder.js";
import { WakeLock } from "../capture/wake-lock.js";
import { Announcer } from "../core/announcer.js";
import { History } from "../core/history.js";
import { createStore } from "../core/store.js";
import { byId } from "../ui/dom.js";
import { HeatPanel } from "../canvas/heat-panel.js";
import { Stage } from "../canvas/stage.js";
import { Alerts } from "../alerts/main.js";
import { Zones } from "../zones/main.js";
import { wireOffer } from "../zones/offer.js";
import { adviceView } from "./advice.js";
import { stillView } from "./still.js";
import { Company } from "./presence.js";
import { wireControls } from "./controls.js";
import { initialState, isRunning } from "../live/run-state.js";
import { Studio } from "./studio.js";
import { PeopleChart } from "./view-chart.js";
import { densityKey } from "./view-density.js";
import { figuresView } from "./view-figures.js";
import { wireQuality } from "./view-quality.js";
import { settingsView } from "./view-settings.js";
import { stageView } from "./view-stage.js";
import { toolbarView } from "./view-toolbar.js";

const AGE_MS = 1000;

const root = byId("studio", HTMLElement);
const store = createStore(initialState());
const history = new History();
const wakeLock = new WakeLock();
let asked = false;

/** One draw for whatever changed since the last one. */
function schedule() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

const stage = new Stage(byId("stage", HTMLElement), byId("picture", HTMLCanvasElement), byId("overlay", HTMLCanvasElement), schedule);
const studio = new Studio(
  {
    store,
    stage,
    history,
    announcer: new Announcer(),
    encoder: new Encoder(root.dataset.encoder ?? ""),
    video: byId("preview", HTMLVideoElement),
    camera: root.dataset.camera ?? "",
  },
  () => byId("file", HTMLInputElement).click(),
);

wireQuality(byId("tabs", HTMLElement), studio);
const zones = new Zones(root.dataset.camera ?? "", store, schedule);
const company = new Company(studio.desk, zones);
const alerts = new Alerts(root.dataset.camera ?? "", schedule);
const heat = new HeatPanel(studio, () => zones.shown);
const renderOffer = wireOffer(zones);

const chart = new PeopleChart(history, store.get);

const views = [
  stageView((action) => studio.act(action), () => studio.countOnServer()),
  figuresView(),
  toolbarView(),
  densityKey(stage),
  adviceView(studio),
  stillView(studio.desk.camera, zones),
  (/** @type {import("../live/run-state.js").StudioState} */ state, /** @type {number} */ now) => chart.render(state, now),
  settingsView((patch) => studio.changeSettings(patch)),
];

function draw() {
  asked = false;
  const state = store.get();
  const now = performance.now();
  const shown = stage.draw(state.layers, state.settings.mirror);
  if (shown) studio.run?.drawn(now - shown.capturedAt);
  for (const view of views) view(state, now);
  zones.render(state, now);
  alerts.render(state, zones.editor.state.plan.shapes);
  heat.render(state, now);
  renderOffer(state);
  company.render(state);
}

store.subscribe(schedule);
store.subscribe(() => wakeLock.want(isRunning(store.get().phase)));
setInterval(() => {
  const { phase } = store.get();
  if (isRunning(phase) || phase === "watching") schedule();
}, AGE_MS);

wireControls(studio);
byId("tabs", HTMLElement).addEventListener("tabchange", (event) => {
  const shown = event instanceof CustomEvent ? event.detail : "";
  zones.activate(shown === "tab-zones");
  alerts.activate(shown === "tab-alerts");
  company.draw(shown === "tab-zones");
});
byId("watch-here", HTMLButtonElement).addEventListener("click", () => studio.startCamera());
window.addEventListener("pagehide", () => {
  studio.leave();
  company.leave();
});
// What was left goes on nowhere: a page that comes back from the browser's cache begins anew.
window.addEventListener("pageshow", (event) => event.persisted && (studio.isRunning || company.isInRoom) && location.reload());
window.addEventListener("online", () => studio.run?.onNetworkChange());

// The tap that chose came on the page before; only the camera can start without another one.
const wish = location.hash.slice(1);
if (wish === "camera" || wish === "file") window.history.replaceState(null, "", location.pathname);
if (wish === "camera") studio.startCamera();
if (wish === "file") byId("choose-file", HTMLButtonElement).focus();
schedule();
