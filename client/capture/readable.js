/** Whether this browser can read a video file, and if not, why. */
import { ALL_FORMATS, BlobSource, Input } from "mediabunny";
import { kindOf } from "./file-kind.js";

/**
 * @typedef {"no_video" | "unknown_format" | "unknown_codec" | "damaged"} UnreadableCode
 *
 * @typedef {object} Unreadable
 * @property {UnreadableCode} code
 * @property {string} what the format or the codec, as it is called everywhere; empty where that is not known
 */

const HEAD_BYTES = 64;

/**
 * The one place that decides that the browser cannot read a file.
 * @param {File} file
 * @param {boolean} tried whether it failed to play or to decode: then there is a reason, whatever the browser promises
 * @returns {Promise<Unreadable | null>} null where it can be read
 */
export async function unreadable(file, tried = false) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    if (!(await input.canRead())) return { code: "unknown_format", what: kindOf(head) };
    const track = await input.getPrimaryVideoTrack();
    if (!track) return { code: "no_video", what: kindOf(head) };
    const codec = await track.getCodec();
    const name = codec ?? nameOf(await track.getInternalCodecId());
    if (!codec || (typeof VideoDecoder !== "undefined" && !(await track.canDecode()))) return { code: "unknown_codec", what: name };
    return tried ? { code: "damaged", what: name } : null;
  } catch (error) {
    // What cannot even be looked through is not whole.
    console.info("The file cannot be looked through:", error);
    return { code: "damaged", what: kindOf(head) };
  } finally {
    input.dispose();
  }
}

/** @param {string | number | Uint8Array | null} id of a codec, as the file has it */
function nameOf(id) {
  return typeof id === "string" ? id : "";
}
