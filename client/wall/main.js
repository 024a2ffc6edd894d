/** The wall of a room: builds the parts, keeps one state, and draws once a frame what changed. */
import "../ui/main.js";
import { createStore } from "../core/store.js";
import { api, goToLogin } from "../ui/api.js";
import { serverClock } from "../ui/clock.js";
import { byId, setAttribute, setText } from "../ui/dom.js";
import { t, tell } from "../ui/words.js";
import { wireTabs } from "../ui/tabs.js";
import { RoomAlerts } from "./alerts.js";
import { AreasForm } from "./areas-form.js";
import { CamerasForm } from "./cameras-form.js";
import { keepChoices, picturesFor, recallChoices, wireChoice } from "./choices.js";
import { Feed } from "../live/feed.js";
import { InvitesForm } from "./invites-form.js";
import { wireKeys } from "./keys.js";
import { RoomLog } from "./log.js";
import { MembersForm } from "./members-form.js";
import { Office } from "./room-admin.js";
import { presenceView } from "./presence.js";
import { RoomForm } from "./room-form.js";
import { emptyWall, entered, lost, mayOperate, updated, withAlert, withRoom, withoutOld } from "./state.js";
import { StatusForm } from "./status-form.js";
import { Tiles } from "./tiles.js";
import { totalsView } from "./totals.js";
import { byHand, byUrgency, moved } from "./urgency.js";

/** @typedef {import("./types.js").Room} Room */

/** Ages grow and cameras fall silent without anything arriving. */
const BEAT_MS = 1000;
/** Tiles are not moved under a finger or a mouse more often than this. */
const SORT_MS = 2000;
const RESIZE_MS = 400;
/** Since the page was opened; a connection that takes longer is worth a word. */
const PATIENCE_MS = 3000;

const page = byId("wall", HTMLElement);
const roomId = page.dataset.room ?? "";
const store = createStore(emptyWall());
let choices = recallChoices(roomId);
/** @type {string[]} */
let order = [];
let sortedAt = -Infinity;
let asked = false;
let managing = false;
/** Called when what arrived is on the screen. @type {(() => void)[]} */
const onDrawn = [];
let resizing = 0;

function schedule() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(draw);
}

const tiles = new Tiles(byId("tiles", HTMLUListElement), { enlarge: (id) => enlarge(choices.focus === id ? null : id), move }, () => {
  schedule();
  clearTimeout(resizing);
  resizing = window.setTimeout(wishAgain, RESIZE_MS);
});
const office = new Office(roomId, takeRoom);
const alerts = new RoomAlerts(store, (camera) => enlarge(camera));
const log = new RoomLog(roomId);
const forms = [new CamerasForm(office), new MembersForm(office), new AreasForm(office, (camera) => tiles.zonesOf(camera)), new RoomForm(office)];
const shownForms = [new InvitesForm(office, page.dataset.name ?? ""), new StatusForm(office)];
const views = [totalsView(), presenceView()];

const feed = new Feed(roomId, {
  entered: (room, snapshot) => {
    const again = store.get().room !== null;
    store.set(entered(store.get(), room, snapshot, performance.now()));
    takeRoom(room);
    // What happened while there was no connection: notes and zones come by word of mouth otherwise.
    void log.refresh();
    if (again) tiles.loadPlans();
    void tiles.take([...store.get().seen], wantsPictures()).then(schedule);
  },
  updated: (update, shown) => void takeUpdate(update, shown),
  happened: (event) => happened(event),
  lost: () => store.set(lost(store.get(), performance.now())),
  refused: (error) => store.set({ phase: "refused", problem: tell(error.message), seen: new Map(), areas: [], total: null, alerts: [] }),
  signedOut: goToLogin,
});

/** @param {import("./types.js").RoomUpdate} update @param {() => void} shown */
async function takeUpdate(update, shown) {
  store.set(updated(store.get(), update, performance.now()));
  const arrived = Object.keys(update.cameras).flatMap((id) => {
    const seen = store.get().seen.get(id);
    return seen ? [/** @type {const} */ ([id, seen])] : [];
  });
  await tiles.take(/** @type {[string, import("./state.js").Seen][]} */ (/** @type {unknown} */ (arrived)), wantsPictures());
  // A page that nobody looks at draws nothing; it must not hold up the next update.
  if (document.hidden) return shown();
  onDrawn.push(shown);
  schedule();
}

/** @param {Record<string, any>} event */
function happened({ kind, ...event }) {
  if (kind === "presence") store.set({ people: event.people });
  else if (kind === "alert") store.set(withAlert(store.get(), event.alert));
  else if (kind === "plan_changed") void tiles.loadPlan(event.camera);
  else if (kind === "log") log.add(event.entry);
  else if (kind === "room_changed") void office.refresh().then(refreshAlerts);
}

/** A camera that comes into the room brings its alerts along. */
async function refreshAlerts() {
  const answer = await office.ask(() => api("GET", office.path("/alerts")), null);
  if (answer) store.set(answer.alerts.reduce(withAlert, store.get()));
}

/** @param {Room} room */
function takeRoom(room) {
  store.set(withRoom(store.get(), room));
  if (choices.focus && !room.cameras.some(({ id }) => id === choices.focus)) choices = { ...choices, focus: null };
  tiles.setCameras(room.cameras);
  log.allow(mayOperate(room.role));
  sortedAt = -Infinity;
  wishAgain();
}

function wantsPictures() {
  return choices.pictures !== "none";
}

/** @returns {import("../live/feed.js").Wish} */
function wish() {
  const density = Math.min(2, window.devicePixelRatio || 1);
  const { widest } = tiles.widths(choices.focus);
  const count = store.get().room?.cameras.length ?? 1;
  return { pictures: picturesFor(choices.pictures, document.hidden, count, widest * density || 320), focus: choices.focus };
}

let wished = "";
function wishAgain() {
  const now = wish();
  const key = JSON.stringify(now);
  if (key === wished) return;
  wished = key;
  feed.view(now);
}

/** @param {Partial<import("./choices.js").Choices>} patch */
function choose(patch) {
  choices = { ...choices, ...patch };
  keepChoices(roomId, choices);
  sortedAt = -Infinity;
  wishAgain();
  schedule();
}

/** @param {string | null} focus */
function enlarge(focus) {
  choose({ focus });
  if (focus) document.querySelector(`.tile[data-camera="${CSS.escape(focus)}"]`)?.scrollIntoView({ block: "nearest" });
}

/** @param {number} place in the order on the screen */
function toggleLarge(place) {
  const id = document.querySelectorAll(".tile")[place]?.getAttribute("data-camera") ?? null;
  if (id) enlarge(choices.focus === id ? null : id);
}

/** @param {string} camera @param {number} step */
function move(camera, step) {
  choose({ sort: "hand", order: moved(order, camera, step) });
}

/** @param {import("./state.js").WallState} state @param {number} now ms */
function sort(state, now) {
  const cameras = state.room?.cameras ?? [];
  if (choices.sort === "hand") order = byHand(cameras, choices.order);
  else if (now - sortedAt >= SORT_MS) {
    sortedAt = now;
    order = byUrgency(cameras, state.seen, state.alerts, now);
  }
  // The enlarged one stands first, where it is looked for.
  if (choices.focus && order.includes(choices.focus)) return [choices.focus, ...order.filter((id) => id !== choices.focus)];
  return order;
}

function draw() {
  asked = false;
  const state = store.get();
  const now = performance.now();
  setAttribute(page, "data-phase", state.phase);
  setAttribute(page, "data-role", state.room?.role ?? null);
  const problem = byId("wall-problem", HTMLElement);
  const slow = state.phase === "connecting" && now > PATIENCE_MS ? t("Connecting") : state.problem;
  const words = state.phase === "lost" ? t("Connection lost, trying again. What is shown is old.") : slow;
  problem.hidden = !words;
  setText(problem, words);
  if (state.room) {
    const { room } = state;
    setText(byId("wall-name", HTMLElement), room.name);
    byId("tiles-none", HTMLElement).hidden = room.cameras.length > 0;
    tiles.render(state, sort(state, now), choices.focus, choices.sort === "hand", mayOperate(room.role), now);
    for (const form of forms) form.render(room);
    for (const form of shownForms) form.render(room, managing);
  }
  for (const view of views) view(state);
  alerts.render(state, now);
  for (const shown of onDrawn.splice(0)) shown();
}

store.subscribe(schedule);
wireTabs(byId("tabs", HTMLElement));
byId("tabs", HTMLElement).addEventListener("tabchange", (event) => {
  managing = event instanceof CustomEvent && event.detail === "tab-room";
  schedule();
});
wireChoice("sort", (value) => choose(value === "hand" ? { sort: "hand", order } : { sort: "urgency" }), choices.sort);
wireChoice("pictures", (value) => choose({ pictures: /** @type {import("./choices.js").PictureWish} */ (value) }), choices.pictures);
wireKeys(toggleLarge);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && choices.focus && !document.querySelector("dialog[open]")) enlarge(null);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const shown of onDrawn.splice(0)) shown();
  else feed.hurry();
  wishAgain();
  schedule();
});
window.addEventListener("online", () => feed.hurry());
window.addEventListener("pagehide", () => feed.end());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
setInterval(() => {
  const kept = withoutOld(store.get(), serverClock.now());
  if (kept !== store.get()) store.set(kept);
  schedule();
}, BEAT_MS);
feed.start(wish());
schedule();
