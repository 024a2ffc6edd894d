/** Every frame of a file, exactly and in order, with its own time: taken apart and decoded without playing it. */
import { ALL_FORMATS, BlobSource, CanvasSink, Input } from "mediabunny";
import { withinSide } from "../core/fit.js";

/**
 * @typedef {object} Steps
 * @property {number} total frames in the file
 * @property {number} durationMs
 * @property {AsyncGenerator<{bitmap: ImageBitmap, t: number}>} frames t: position in ms
 * @property {() => void} release
 */

/**
 * @param {File} file
 * @param {number} side longer side of the pictures in pixels at most
 * @returns {Promise<Steps | null>} null where this browser cannot decode the file
 */
export async function openSteps(file, side) {
  if (typeof VideoDecoder === "undefined") return null;
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const track = (await input.canRead()) ? await input.getPrimaryVideoTrack() : null;
    if (!track || !(await track.canDecode())) {
      input.dispose();
      return null;
    }
    const { packetCount } = await track.computePacketStats();
    const size = withinSide(track.displayWidth, track.displayHeight, side);
    // Rotation is applied by the sink: pictures are upright as they are displayed.
    const sink = new CanvasSink(track, { ...size, fit: "fill", poolSize: 2 });
    return { total: packetCount, durationMs: (await track.computeDuration()) * 1000, frames: walk(sink), release: () => input.dispose() };
  } catch (error) {
    input.dispose();
    console.warn("The file cannot be taken apart:", error);
    return null;
  }
}

/** @param {CanvasSink} sink @returns {AsyncGenerator<{bitmap: ImageBitmap, t: number}>} */
async function* walk(sink) {
  let before = 0;
  for await (const { canvas, timestamp } of sink.canvases()) {
    // Some files start a moment before zero, and times in a stream never fall.
    before = Math.max(before, timestamp * 1000);
    yield { bitmap: await createImageBitmap(canvas), t: before };
  }
}
