/** Which tile comes first. Calm: nothing moves while nothing changes its meaning. Pure. */
import { lifeOf } from "./state.js";
import { eyeOf } from "./sum.js";

/**
 * @typedef {import("./state.js").Seen} Seen
 * @typedef {import("./types.js").RoomCamera} RoomCamera
 * @typedef {import("./types.js").RoomAlert} RoomAlert
 */

const LEVELS = { critical: 0, warning: 1, clear: 2 };
/** Too many people to count, and nothing that estimates: behind every level that matters, before all that is calm. */
const SATURATED = 1.75;
/** Next come cameras that should be live and are not, then live ones, then cameras without a stream. */
const LIVES = { silent: 2, live: 3, offline: 4 };

/**
 * @param {Seen | undefined} camera
 * @param {boolean} taken whether users have taken all its alerts
 * @param {number} now ms
 * @returns {number} the smaller, the more urgent
 */
export function rank(camera, taken, now) {
  const life = lifeOf(camera, now);
  if (!camera || life === "offline") return LIVES[life];
  if (camera.level === "clear") return eyeOf(camera) === "saturated" ? SATURATED : LIVES[life];
  // Alerts that a user has taken wait behind those without one.
  return LEVELS[camera.level] + (taken ? 0.5 : 0);
}

/** @param {string} camera id @param {readonly RoomAlert[]} alerts */
export function isTaken(camera, alerts) {
  const own = alerts.filter((alert) => alert.camera?.id === camera && !alert.ended_at);
  return own.length > 0 && own.every((alert) => alert.acknowledged_at || alert.claimed_by);
}

/**
 * @param {readonly RoomCamera[]} cameras
 * @param {ReadonlyMap<string, Seen>} seen
 * @param {readonly RoomAlert[]} alerts
 * @param {number} now ms
 * @returns {string[]} ids
 */
export function byUrgency(cameras, seen, alerts, now) {
  const ranked = cameras.map((camera) => ({ camera, rank: rank(seen.get(camera.id), isTaken(camera.id, alerts), now) }));
  ranked.sort((a, b) => a.rank - b.rank || a.camera.name.localeCompare(b.camera.name, undefined, { numeric: true }) || (a.camera.id < b.camera.id ? -1 : 1));
  return ranked.map(({ camera }) => camera.id);
}

/** The order that was made by hand; what is new comes last. @param {readonly RoomCamera[]} cameras @param {readonly string[]} order @returns {string[]} ids */
export function byHand(cameras, order) {
  const ids = cameras.map(({ id }) => id);
  return [...order.filter((id) => ids.includes(id)), ...ids.filter((id) => !order.includes(id))];
}

/** @param {readonly string[]} order @param {string} id @param {number} step -1 earlier, 1 later @returns {string[]} */
export function moved(order, id, step) {
  const from = order.indexOf(id);
  const to = Math.min(order.length - 1, Math.max(0, from + step));
  if (from < 0 || to === from) return [...order];
  const rest = order.filter((one) => one !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}
