/**
 * @typedef {object} LiveNow
 * @property {number} count people with a box
 * @property {number | null} count_low
 * @property {number | null} count_high
 * @property {boolean} known
 * @property {boolean} saturated
 * @property {import("../live/protocol.js").CrowdFigure | null} crowd
 * @property {number | null} crowd_peak the largest estimate
 * @property {number} peak
 * @property {number | null} unique null where frames were too far apart to tell people apart
 * @property {number} seconds since the stream began
 * @property {"camera" | "file"} source
 *
 * @typedef {object} LastStream
 * @property {string} ended_at ISO 8601, UTC
 * @property {number} peak
 * @property {number | null} unique
 * @property {number} processed frames
 *
 * @typedef {object} Camera
 * @property {string} id
 * @property {string} name
 * @property {string} created_at ISO 8601, UTC
 * @property {LiveNow | null} live
 * @property {LastStream | null} last
 */
export {};
