/** What the wall knows, as a value; each thing that arrives makes the next value of it. Pure. */

/**
 * @typedef {import("./types.js").Room} Room
 * @typedef {import("./types.js").CameraNow} CameraNow
 * @typedef {import("./types.js").RoomAlert} RoomAlert
 *
 * @typedef {CameraNow & {at: number}} Seen `at`: ms, `performance.now()`, when it arrived
 *
 * @typedef {object} WallState
 * @property {"connecting" | "live" | "lost" | "refused"} phase
 * @property {string} problem a sentence; empty most of the time
 * @property {Room | null} room
 * @property {ReadonlyMap<string, Seen>} seen by camera
 * @property {readonly import("./types.js").AreaNow[]} areas
 * @property {import("./types.js").Total | null} total
 * @property {readonly import("./types.js").Present[]} people
 * @property {readonly RoomAlert[]} alerts active ones, and ended ones that are not acknowledged
 * @property {number} lostAt ms, when the connection went; 0 while it stands
 */

/** A camera that says nothing for so long counts as silent, also while the server cannot say so. */
export const SILENT_MS = 10000;

/** An ended alert that is not acknowledged stays for so long, here as on the server. */
const KEPT_MS = 3600000;

/** @returns {WallState} */
export function emptyWall() {
  return { phase: "connecting", problem: "", room: null, seen: new Map(), areas: [], total: null, people: [], alerts: [], lostAt: 0 };
}

/** What a camera has that streams and was not seen yet. */
const UNSEEN = { count: 0, count_low: null, count_high: null, known: false, saturated: false, crowd: null, peak: 0, unique: 0, level: /** @type {const} */ ("clear"), zones: [], people: [], delay_ms: null, fps: null };

/** @param {Record<string, Partial<CameraNow> & {state: CameraNow["state"], age_ms: number | null}>} cameras @param {number} now ms @returns {[string, Seen][]} */
function stamped(cameras, now) {
  return Object.entries(cameras).map(([id, camera]) => [id, { ...UNSEEN, ...camera, at: now }]);
}

/** @param {WallState} state @param {Room} room @param {import("./types.js").Snapshot} snapshot @param {number} now ms @returns {WallState} */
export function entered(state, room, snapshot, now) {
  const { cameras, areas, total = null, people, alerts } = snapshot;
  return { ...state, phase: "live", problem: "", room, seen: new Map(stamped(cameras, now)), areas, total, people, alerts, lostAt: 0 };
}

/** @param {WallState} state @param {import("./types.js").RoomUpdate} update @param {number} now ms @returns {WallState} */
export function updated(state, update, now) {
  const seen = new Map([...state.seen, ...stamped(update.cameras, now)]);
  return { ...state, seen, areas: update.areas ?? state.areas, total: update.total ?? state.total };
}

/** @param {WallState} state @param {number} now ms @returns {WallState} */
export function lost(state, now) {
  return { ...state, phase: state.phase === "refused" ? "refused" : "lost", lostAt: state.lostAt || now };
}

/** What the user who took an alert adds to it. */
const TAKEN = /** @type {const} */ (["acknowledged_at", "acknowledged_by", "claimed_at", "claimed_by", "note"]);
const RANK = { warning: 0, critical: 1 };

/**
 * What two words about one alert say together: whichever comes late, it never takes back who took it, how bad it was
 * or that it is over.
 * @param {RoomAlert} before @param {RoomAlert} alert @returns {RoomAlert}
 */
function joined(before, alert) {
  const taken = Object.fromEntries(TAKEN.map((name) => [name, alert[name] || before[name]]));
  const level = RANK[before.level] > RANK[alert.level] ? before.level : alert.level;
  return { ...alert, ...taken, level, peak: Math.max(before.peak, alert.peak), ended_at: alert.ended_at ?? before.ended_at };
}

/** An alert began, became worse, was taken or ended. Over and acknowledged, it goes. @param {WallState} state @param {RoomAlert} alert @returns {WallState} */
export function withAlert(state, alert) {
  const known = state.alerts.find(({ id }) => id === alert.id);
  const others = state.alerts.filter(({ id }) => id !== alert.id);
  const now = known ? joined(known, alert) : alert;
  return { ...state, alerts: now.ended_at && now.acknowledged_at ? others : [...others, now] };
}

/** Ended alerts that are not acknowledged leave after an hour. @param {WallState} state @param {number} wallMs Unix ms @returns {WallState} the same where nothing goes */
export function withoutOld(state, wallMs) {
  const kept = state.alerts.filter(({ ended_at: ended }) => !ended || wallMs - Date.parse(ended) <= KEPT_MS);
  return kept.length === state.alerts.length ? state : { ...state, alerts: kept };
}

/** The room anew: alerts of what is in it no more go. @param {WallState} state @param {Room} room @returns {WallState} */
export function withRoom(state, room) {
  const here = new Set([...room.cameras, ...room.areas].map(({ id }) => id));
  return { ...state, room, alerts: state.alerts.filter(({ camera, area }) => here.has(camera?.id ?? area?.id ?? "")) };
}

/** @param {Seen} camera @param {number} now ms @returns {number} ms since its frame was taken, or since it was heard of */
export function ageOf(camera, now) {
  return (camera.age_ms ?? 0) + (now - camera.at);
}

/** @param {Seen | undefined} camera @param {number} now ms @returns {"live" | "silent" | "offline"} */
export function lifeOf(camera, now) {
  if (!camera || camera.state === "offline") return "offline";
  return camera.state === "silent" || ageOf(camera, now) > SILENT_MS ? "silent" : "live";
}

/** @param {import("./types.js").Role} role */
export function mayOperate(role) {
  return role !== "viewer";
}
