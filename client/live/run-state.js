/** Everything that the studio shows, in one value. Views read it; nothing is kept in the page itself. */
import { recall } from "../ui/memory.js";

/**
 * @typedef {"idle" | "asking" | "denied" | "connecting" | "live" | "slow" | "full" | "watching" | "reconnecting" | "ended" | "error"} Phase
 * @typedef {import("../core/history.js").Range} Range
 *
 * @typedef {object} Figures of the frame that was answered last
 * @property {number} count
 * @property {number | null} low between which numbers the count probably lies
 * @property {number | null} high
 * @property {boolean} saturated whether it is probably too small
 * @property {boolean} known false: nothing can be said yet
 * @property {import("./protocol.js").CrowdFigure | null} crowd where boxes do not tell
 * @property {number | null} crowdPeak the largest estimate so far
 * @property {import("./protocol.js").Advice | null} [advice]
 * @property {readonly import("./protocol.js").Still[]} [still] places where a person has not moved for long
 * @property {import("../zones/view.js").View | null} [view] where the plan lies in the frame, if that has another format than it had
 * @property {boolean} [full] whether the machine decides the rate
 * @property {boolean} [followed] false: frames are too far apart to follow people
 * @property {number} peak
 * @property {number | null} unique null where people cannot be told apart
 * @property {number} at ms, `performance.now()`, when the answer came
 * @property {number} t ms, capture time of the frame
 *
 * @typedef {object} Rates that change too often to be read as they come
 * @property {number | null} fps
 * @property {number | null} wanted frames a second that the source gives
 * @property {number | null} delayMs from capture to drawing
 * @property {number | null} rttMs
 * @property {number | null} serverMs
 * @property {string} sending size, rate and quality in words
 * @property {number} sentBytes of all frames of the run
 *
 * @typedef {object} Position in a file
 * @property {number} at ms
 * @property {number} duration ms
 *
 * @typedef {object} Progress through every frame
 * @property {number} done
 * @property {number} total
 * @property {number | null} leftMs
 *
 * @typedef {object} Ending
 * @property {import("../core/people.js").People} last what was known at the end
 * @property {number} peak
 * @property {number | null} crowdPeak
 * @property {number | null} unique
 * @property {number} frames
 * @property {number} durationMs
 * @property {string} note what the reader must know about these figures; empty where all is plain
 *
 * @typedef {object} Settings
 * @property {string} model empty: the server's default
 * @property {string} deviceId empty: the browser chooses
 * @property {"user" | "environment"} facing
 * @property {number} side longer side in pixels; 0: automatic
 * @property {boolean} mirror
 * @property {number} fps frames a second at most; 0: automatic
 * @property {boolean} saving few and small frames, for the battery and for dear data
 *
 * @typedef {object} StudioState
 * @property {Phase} phase
 * @property {import("./protocol.js").SourceKind | null} source
 * @property {import("./protocol.js").Mode} mode of the run
 * @property {import("./protocol.js").Mode | "server"} fileMode in which the next file is counted
 * @property {boolean} paused
 * @property {boolean} waiting the server has not answered for longer than usual
 * @property {boolean} silent the camera or the file gives no pictures
 * @property {import("../capture/problem.js").Problem | null} problem
 * @property {Figures | null} figures
 * @property {readonly import("./protocol.js").ZoneResult[]} zones
 * @property {readonly import("./protocol.js").LineResult[]} lines
 * @property {import("./protocol.js").Counters} counters
 * @property {Rates} rates
 * @property {Position | null} position
 * @property {Progress | null} progress
 * @property {Ending | null} ending
 * @property {string} notice one sentence beside the status; empty most of the time
 * @property {string} announcement
 * @property {import("../capture/camera.js").Device[]} devices
 * @property {Settings} settings
 * @property {import("../canvas/stage.js").Layers} layers
 * @property {Range} range of the chart
 * @property {number} startedAt ms since 1970 of the stream's time 0; 0 for a file
 */

/** @type {import("./protocol.js").Counters} */
export const NO_COUNTERS = { received: 0, processed: 0, dropped: 0, rejected: 0 };

/** @type {Rates} */
export const NO_RATES = { fps: null, wanted: null, delayMs: null, rttMs: null, serverMs: null, sending: "", sentBytes: 0 };

/** @returns {StudioState} */
export function initialState() {
  return {
    phase: "idle",
    source: null,
    mode: "live",
    fileMode: recall("fileMode", "live"),
    paused: false,
    waiting: false,
    silent: false,
    problem: null,
    figures: null,
    zones: [],
    lines: [],
    counters: NO_COUNTERS,
    rates: NO_RATES,
    position: null,
    progress: null,
    ending: null,
    notice: "",
    announcement: "",
    devices: [],
    settings: { model: "", deviceId: "", facing: "environment", side: 0, mirror: false, fps: 0, saving: false, ...recall("settings", {}) },
    layers: { boxes: true, identities: true, trails: true, zones: true, heatmap: false, density: true, opacity: 60, ...recall("layers", {}) },
    range: recall("range", "60"),
    startedAt: 0,
  };
}

/** @param {Phase} phase @returns {boolean} whether a run is under way */
export function isRunning(phase) {
  return ["connecting", "live", "slow", "full", "reconnecting"].includes(phase);
}

/** Whether the figures shown belong to now. @param {StudioState} state */
export function isCurrent({ phase, waiting, silent }) {
  return ["live", "slow", "full", "watching"].includes(phase) && !waiting && !silent;
}
