/**
 * The values of docs/protocol-reference.md and docs/rooms.md that the wall uses.
 *
 * @typedef {"owner" | "operator" | "viewer"} Role
 * @typedef {"clear" | "warning" | "critical"} Level
 *
 * @typedef {object} RoomCamera
 * @property {string} id
 * @property {string} name
 * @property {{name: string}} owner
 * @property {boolean} mine
 * @property {boolean} guest a phone that joined by a code
 *
 * @typedef {object} Member
 * @property {string} user id
 * @property {string} name
 * @property {Role} role
 * @property {boolean} you
 *
 * @typedef {object} AreaPart
 * @property {string} camera id
 * @property {string | null} zone id; null is the whole frame
 *
 * @typedef {object} Area
 * @property {string} id
 * @property {string} name
 * @property {AreaPart[]} members
 * @property {number | null} capacity
 * @property {{warning: number | null, critical: number | null} | null} limits
 * @property {boolean} public on the status page
 *
 * @typedef {object} Room
 * @property {string} id
 * @property {string} name
 * @property {Role} role
 * @property {RoomCamera[]} cameras
 * @property {Member[]} members
 * @property {Area[]} areas
 *
 * @typedef {import("../live/protocol.js").CrowdFigure} CrowdFigure
 * @typedef {Level | "unknown"} StateWord `clear` only where everything is known
 *
 * @typedef {object} ZoneNow
 * @property {string} id
 * @property {string} name
 * @property {number} occupancy people with a box
 * @property {CrowdFigure | null} crowd
 * @property {boolean} known
 * @property {Level} level
 * @property {StateWord} state
 *
 * @typedef {object} CameraNow what a camera saw last
 * @property {number | null} age_ms when it was sent; null before the first frame
 * @property {number} count people with a box
 * @property {number | null} count_low
 * @property {number | null} count_high
 * @property {boolean} known
 * @property {boolean} saturated
 * @property {CrowdFigure | null} crowd
 * @property {import("../live/protocol.js").CrowdMap} [crowd_map] of the camera in focus, with each new map
 * @property {readonly import("../live/protocol.js").Still[]} [still] places where a person has not moved for long
 * @property {import("../zones/view.js").View | null} [view] where the zones lie in a frame of another format
 * @property {number} peak
 * @property {boolean} [followed] false: frames are too far apart to follow people
 * @property {number | null} unique
 * @property {Level} level
 * @property {ZoneNow[]} zones
 * @property {{id: number, box: [number, number, number, number]}[]} people
 * @property {number | null} delay_ms
 * @property {number | null} fps
 * @property {"live" | "silent" | "offline"} state
 * @property {ArrayBuffer} [picture] JPEG
 * @property {{id: number, box: [number, number, number, number]}[]} [picture_people] where the picture is of an earlier frame than `people`
 * @property {number} [width] of the frame
 * @property {number} [height]
 *
 * @typedef {object} Total people over several cameras
 * @property {number} people
 * @property {number} low
 * @property {number | null} high null while a part is not known
 * @property {boolean} estimated
 * @property {StateWord} state
 * @property {number} stale how many of them silent cameras saw last
 * @property {string[]} unknown_cameras ids of cameras that stream without a known number of people
 * @property {string[]} stale_cameras ids; they may not have seen any person
 * @property {string[]} missing_cameras ids of cameras that do not stream, or lack a zone
 *
 * @typedef {object} AreaFields
 * @property {string} id
 * @property {string} name
 * @property {number | null} capacity
 * @property {Level} level
 * @property {number | null} trend people a minute
 * @property {number | null} full_in_s at this trend; null when it does not fill
 *
 * @typedef {Total & AreaFields} AreaNow
 *
 * @typedef {object} Present a user who looks at the room
 * @property {string} user
 * @property {string} name
 * @property {string | null} editing id of a camera
 *
 * @typedef {object} RoomAlert
 * @property {string} id
 * @property {{id: string, name: string} | null} zone null for an alert of an area
 * @property {{id: string, name: string} | null} camera
 * @property {{id: string, name: string} | null} area
 * @property {"people" | "density" | "dwell"} figure
 * @property {"warning" | "critical"} level
 * @property {string} began_at ISO 8601
 * @property {string | null} ended_at
 * @property {boolean} interrupted it ended because it was not watched any more
 * @property {number} peak
 * @property {boolean} [estimated] whether the peak is an estimate
 * @property {number | null} [peak_low] it lies between them about nine times in ten
 * @property {number | null} [peak_high]
 * @property {string | null} acknowledged_at
 * @property {string | null} acknowledged_by
 * @property {string | null} claimed_by
 * @property {string | null} claimed_at
 * @property {string} note
 *
 * @typedef {object} LogEntry
 * @property {number} id
 * @property {string} at ISO 8601
 * @property {string} kind
 * @property {string} who
 * @property {string} text
 *
 * @typedef {object} Snapshot
 * @property {Record<string, CameraNow>} cameras
 * @property {AreaNow[]} areas
 * @property {Total} [total]
 * @property {Present[]} people
 * @property {RoomAlert[]} alerts
 *
 * @typedef {object} RoomUpdate
 * @property {string} room
 * @property {number} seq
 * @property {Record<string, CameraNow>} cameras
 * @property {AreaNow[]} [areas]
 * @property {Total} [total]
 *
 * @typedef {object} Pictures what is asked for
 * @property {number} max_fps
 * @property {number} width pixels
 */
export {};
