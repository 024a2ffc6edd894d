/**
 * How fast, how large and how fine frames are sent. Pure: a ladder of steps, and a rule that moves along it by the
 * round-trip time of the answers. Down first the frames in flight, then the rate, then the size, then the quality.
 */

/** @typedef {import("./protocol.js").Limits} Limits */

/**
 * @typedef {object} Step
 * @property {number} inFlight frames unanswered at most
 * @property {number} fps
 * @property {number} side longer side in pixels
 * @property {number} quality of the JPEG, 0..1
 *
 * @typedef {object} Pace
 * @property {readonly Step[]} steps best first
 * @property {number} rateSteps how many of them, from the first on, change only rate and frames in flight
 * @property {number} at index of the current step
 * @property {number} basisMs round trip of a small message on this connection
 * @property {number | null} rttMs smoothed
 * @property {number | null} serverMs smoothed share of the server
 * @property {number | null} serviceMs smoothed time that the server works on one frame, without its wait
 * @property {number} changedAt ms
 * @property {number} climbedAt ms, the last step up; -Infinity before the first
 * @property {number | null} goodSince ms; null while it is not good
 * @property {number} patienceMs how long it must be good before a step up
 *
 * @typedef {object} Sample
 * @property {number} now ms
 * @property {number} rttMs from sending to the answer
 * @property {number} serverMs of it spent in the server
 * @property {number} waitMs of that spent waiting for its turn
 *
 * @typedef {object} Traffic
 * @property {number} sentAt ms, when the last frame left; -Infinity before the first
 * @property {number} answeredAt ms, when the last answer came; -Infinity before the first
 * @property {number} unanswered
 */

const RATES = [20, 15, 10, 7, 5];
const SIDES = [800, 640, 480];
const QUALITIES = [0.65, 0.5];
const BEST_QUALITY = 0.8;

/** Above this (beyond the basis) answers come too late to be of use; below the other there is room. */
const HIGH_MS = 350;
const LOW_MS = 160;
const SETTLE_MS = 800;
const PATIENCE_MS = 3000;
const MOST_PATIENCE_MS = 60000;
/** A camera's frames are 33 ms apart, and one takes a moment to become a JPEG: the next one leaves so much ahead. */
const LEAD_MS = 30;
const MISTAKE_MS = 5000;
const MOST_BASIS_MS = 1000;

/** @param {Limits} limits @returns {{steps: Step[], rateSteps: number}} */
function ladder(limits) {
  const best = { inFlight: Math.max(1, Math.min(2, limits.in_flight)), fps: limits.max_fps, side: limits.max_side, quality: BEST_QUALITY };
  /** @type {Step[]} */
  const steps = [best];
  const add = (/** @type {Partial<Step>} */ change) => steps.push({ ...steps[steps.length - 1], ...change });
  if (best.inFlight > 1) add({ inFlight: 1 });
  for (const fps of RATES) if (fps < limits.max_fps) add({ fps });
  const rateSteps = steps.length;
  for (const side of SIDES) if (side < limits.max_side) add({ side });
  for (const quality of QUALITIES) add({ quality });
  return { steps, rateSteps };
}

/**
 * @param {Limits} limits
 * @param {number} basisMs
 * @param {number} now ms
 * @returns {Pace}
 */
export function startPace(limits, basisMs, now) {
  return {
    ...ladder(limits),
    at: 0,
    basisMs: Math.min(Math.max(0, basisMs), MOST_BASIS_MS),
    rttMs: null,
    serverMs: null,
    serviceMs: null,
    changedAt: now,
    climbedAt: -Infinity,
    goodSince: null,
    patienceMs: PATIENCE_MS,
  };
}

/** @param {Pace} pace @returns {Step} */
export function stepOf(pace) {
  return pace.steps[pace.at];
}

/** @param {Pace} pace @param {number} to @param {number} now @param {number} patienceMs @returns {Pace} */
function moved(pace, to, now, patienceMs) {
  // Answers to frames of the step before say nothing about this one: measure afresh.
  return { ...pace, at: to, changedAt: now, goodSince: null, rttMs: null, serverMs: null, patienceMs };
}

/** @param {number | null} before @param {number} value */
function blend(before, value) {
  return before === null ? value : before * 0.7 + value * 0.3;
}

/**
 * The pace after one answer.
 * @param {Pace} pace
 * @param {Sample} sample
 * @returns {Pace}
 */
export function paceAfter(pace, { now, rttMs, serverMs, waitMs }) {
  const measured = {
    ...pace,
    rttMs: blend(pace.rttMs, rttMs),
    serverMs: blend(pace.serverMs, serverMs),
    serviceMs: blend(pace.serviceMs, serverMs - waitMs),
  };
  const settled = now - pace.changedAt >= SETTLE_MS;
  const high = pace.basisMs + HIGH_MS;
  const low = pace.basisMs + LOW_MS;
  if (measured.rttMs > high) {
    // A busy machine is helped by fewer frames, not by smaller ones.
    const network = measured.rttMs - measured.serverMs;
    const last = network > high / 2 ? pace.steps.length - 1 : pace.rateSteps - 1;
    if (!settled || pace.at >= last) return { ...measured, goodSince: null };
    // A step up that must be taken back at once was a mistake: wait longer before the next try.
    const mistaken = now - pace.climbedAt < MISTAKE_MS;
    return moved(measured, pace.at + 1, now, mistaken ? Math.min(pace.patienceMs * 2, MOST_PATIENCE_MS) : PATIENCE_MS);
  }
  if (measured.rttMs > low || pace.at === 0) return { ...measured, goodSince: null };
  const goodSince = pace.goodSince ?? now;
  if (now - goodSince < pace.patienceMs) return { ...measured, goodSince };
  return { ...moved(measured, pace.at - 1, now, pace.patienceMs), climbedAt: now };
}

/**
 * Whether a frame may be sent now. While one is worked on, the next leaves just in time to follow it: earlier it would
 * only grow old in the server's slot.
 * @param {Pace} pace
 * @param {number} now ms
 * @param {Traffic} traffic
 */
export function maySend(pace, now, { sentAt, answeredAt, unanswered }) {
  const { inFlight, fps } = stepOf(pace);
  // Half a display refresh of tolerance: a 30 Hz camera is not halved by a callback that comes a moment early.
  if (unanswered >= inFlight || now - sentAt < 1000 / fps - 8) return false;
  const begun = Math.max(sentAt, answeredAt);
  return unanswered === 0 || pace.serviceMs === null || now - begun >= pace.serviceMs - LEAD_MS;
}
