/**
 * @typedef {object} Run
 * @property {string} id
 * @property {string} camera under which its course is
 * @property {string} model
 * @property {"fast" | "balanced" | "accurate"} quality
 * @property {number} plan_version 0 without zones and lines
 * @property {string | null} recorded_at ISO 8601, UTC
 * @property {"waiting" | "counting" | "done" | "failed" | "interrupted"} state
 * @property {string | null} why
 * @property {boolean | null} complete null where nothing says how many frames there are
 * @property {number | null} frames_expected
 * @property {number} frames_read
 * @property {number} frames_refused
 * @property {number | null} left_s
 * @property {number} duration_ms
 * @property {number | null} people null where they cannot be told apart
 * @property {number | null} peak
 * @property {number | null} crowd_peak
 * @property {number | null} entries null without a line
 * @property {number | null} exits
 * @property {string} queued_at
 * @property {string | null} begun_at
 * @property {string | null} ended_at
 *
 * @typedef {object} RecordingFile
 * @property {string} upload where its pieces go
 * @property {boolean} complete
 * @property {number} size bytes
 * @property {number} received
 * @property {string} expires_at
 *
 * @typedef {object} Recording
 * @property {string} id
 * @property {string} name
 * @property {number} size bytes
 * @property {string | null} camera
 * @property {string | null} recorded_at
 * @property {"user" | "container" | "file" | null} recorded_from
 * @property {string} created_at
 * @property {RecordingFile | null} file null once it is deleted
 * @property {Run[]} runs newest first
 */
export {};
