/**
 * The values of docs/protocol-reference.md.
 *
 * @typedef {object} Limits
 * @property {number} max_bytes
 * @property {number} max_pixels
 * @property {number} max_side
 * @property {number} in_flight
 * @property {number} max_fps
 * @property {number} streams_per_user
 * @property {number} resume_ms
 *
 * @typedef {object} Opened answer to `stream_open`
 * @property {string} stream
 * @property {number} epoch
 * @property {boolean} resumed
 * @property {number} next_seq
 * @property {string} model
 * @property {Limits} limits
 *
 * @typedef {object} Person
 * @property {number} id
 * @property {[number, number, number, number]} box left, top, right, bottom; 0..1 of the frame
 * @property {number} score
 *
 * @typedef {object} Heatmap
 * @property {number} columns
 * @property {number} rows
 * @property {number} max_seconds
 * @property {ArrayBuffer} cells
 *
 * @typedef {object} CrowdFigure an estimate where boxes do not tell
 * @property {number} estimate people
 * @property {number} low
 * @property {number} high
 * @property {"boxes" | "mixed" | "density"} method
 *
 * @typedef {object} CrowdMap where the people of an estimate are
 * @property {number} columns
 * @property {number} rows
 * @property {number} max_people in the cell whose byte is 255
 * @property {ArrayBuffer} cells
 *
 * @typedef {object} Advice another quality would find more people
 * @property {"fast" | "balanced" | "accurate"} quality
 * @property {number} height of the people now, pixels
 *
 * @typedef {object} Counters
 * @property {number} received
 * @property {number} processed
 * @property {number} dropped
 * @property {number} rejected
 *
 * @typedef {object} Timing
 * @property {number} wait_ms
 * @property {number} total_ms
 *
 * @typedef {"clear" | "warning" | "critical"} Level
 *
 * @typedef {object} AlertNow an active alert
 * @property {string} id
 * @property {Level} level
 * @property {number} began
 * @property {number} peak
 * @property {number} peak_t
 * @property {boolean} estimated whether the peak is an estimate
 * @property {number | null} [peak_low] it lies between them about nine times in ten
 * @property {number | null} [peak_high]
 *
 * @typedef {object} Dwell seconds
 * @property {number | null} mean_s
 * @property {number | null} median_s
 * @property {number | null} p90_s
 * @property {number | null} longest_now_s
 *
 * @typedef {object} ZoneResult
 * @property {string} id
 * @property {number} occupancy people with a box
 * @property {CrowdFigure | null} [crowd] null or missing: the scene is not crowded, or nothing can estimate
 * @property {number | null} [crowd_peak] the largest estimate so far
 * @property {boolean} [known] false: how many there are is not known
 * @property {number | null} [least] found at least, where there is no estimate
 * @property {number} peak
 * @property {number} average
 * @property {number | null} entries null, as all that counts identities, where people cannot be followed
 * @property {number | null} exits
 * @property {number | null} visitors
 * @property {Dwell} dwell
 * @property {number | null} area_m2
 * @property {number | null} density
 * @property {string | null} service
 * @property {Level} level
 * @property {Record<string, AlertNow>} alerts by figure
 *
 * @typedef {object} LineResult
 * @property {string} id
 * @property {number | null} in
 * @property {number | null} out
 *
 * @typedef {object} Still a place where a person has stood for long without moving
 * @property {number} key of the place
 * @property {number} since ms, capture time
 * @property {[number, number, number, number]} box left, top, right, bottom
 *
 * @typedef {object} Result
 * @property {number} epoch
 * @property {number} t
 * @property {number} width
 * @property {number} height
 * @property {Person[]} people
 * @property {number} count
 * @property {number | null} count_low
 * @property {number | null} count_high
 * @property {boolean} saturated
 * @property {boolean} [known] false: nothing can be said yet
 * @property {CrowdFigure | null} [crowd]
 * @property {number | null} [crowd_peak] the largest estimate so far
 * @property {CrowdMap} [crowd_map] with each new estimate
 * @property {Advice | null} [advice]
 * @property {Still[]} [still]
 * @property {import("../zones/view.js").View | null} [view] where the plan lies in the frame, if that has another format than it had
 * @property {number} peak
 * @property {number} peak_t
 * @property {boolean} [followed] false: frames are too far apart to follow people; what counts identities is null then
 * @property {number | null} unique
 * @property {ZoneResult[]} zones
 * @property {LineResult[]} lines
 * @property {Heatmap} [heatmap]
 * @property {Counters} counters
 * @property {{offered: number, counted: number, full: boolean}} rate frames a second; `full`: the machine decides it
 * @property {Timing} timing
 *
 * @typedef {object} ProtocolError
 * @property {string} code
 * @property {string} message
 *
 * @typedef {{seq: number, status: "processed", result: Result, error?: undefined}} Processed
 * @typedef {{seq: number, status: "dropped", reason: string, error?: undefined}} Dropped
 * @typedef {{seq: number, status?: undefined, error: ProtocolError}} Refused
 * @typedef {Processed | Dropped | Refused} Answer to `frame`
 *
 * @typedef {object} Summary answer to `stream_close`
 * @property {number} duration_ms
 * @property {number} count
 * @property {number} peak
 * @property {number} peak_t
 * @property {number | null} unique
 * @property {Counters} counters
 *
 * @typedef {"live" | "every"} Mode
 * @typedef {"camera" | "file"} SourceKind
 */
export {};
