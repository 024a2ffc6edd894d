/** Whether a stream is fine, held back by the network, or held back by a full machine. Pure. */

/**
 * @typedef {object} Situation
 * @property {number} now ms
 * @property {number} fps results a second
 * @property {number} wanted frames a second that the source gives
 * @property {number} rttMs smoothed
 * @property {number} serverMs smoothed
 * @property {boolean} [full] whether the server says that the machine decides the rate
 * @property {number} silentMs how long the oldest unanswered frame has waited
 *
 * @typedef {"live" | "slow" | "full"} Verdict
 *
 * @typedef {object} Judge
 * @property {Verdict} verdict what is shown
 * @property {Verdict} leaning what the last look said
 * @property {number} since ms, how long it has leaned so
 */

/** Ten frames a second follow people well; a stream below that, though its source has more, is held back. */
const ENOUGH_FPS = 10;
const HOLD_MS = 2000;
const SILENT_MS = 2500;

/** @param {number} wanted @returns {number} the rate that a stream is measured by */
export function enough(wanted) {
  return Math.min(wanted, ENOUGH_FPS);
}

/** @param {Situation} situation @returns {Verdict} */
export function look({ fps, wanted, rttMs, serverMs, silentMs, full }) {
  if (silentMs > SILENT_MS) return "slow";
  if (fps >= 0.7 * enough(wanted) && rttMs < 1000) return "live";
  return full || serverMs > rttMs / 2 ? "full" : "slow";
}

/** @returns {Judge} */
export function newJudge() {
  return { verdict: "live", leaning: "live", since: -Infinity };
}

/** Good news counts at once, bad news when it has held for a while. @param {Judge} judge @param {Situation} situation @returns {Judge} */
export function judge(judge, situation) {
  const leaning = look(situation);
  if (leaning === "live") return { verdict: leaning, leaning, since: situation.now };
  if (leaning !== judge.leaning) return { ...judge, leaning, since: situation.now };
  return situation.now - judge.since >= HOLD_MS ? { ...judge, verdict: leaning } : judge;
}
