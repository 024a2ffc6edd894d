/** A picture of what a <video> shows now, at the size at which it is sent. */
import { withinSide } from "../core/fit.js";
import { blendFields } from "./fields.js";

/** @param {HTMLVideoElement} video @param {{width: number, height: number}} size @param {boolean} interlaced @returns {Promise<ImageBitmap>} */
function byCanvas(video, { width, height }, interlaced) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  context?.drawImage(video, 0, 0, width, height);
  if (context && interlaced) blendFields(context, height / video.videoHeight);
  return createImageBitmap(canvas);
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} side longer side in pixels at most
 * @param {boolean} interlaced whether its lines may be from two moments
 * @returns {Promise<ImageBitmap | null>} null while there is no picture
 */
export async function grab(video, side, interlaced) {
  // Read anew for each frame: a phone that is turned changes them.
  const { videoWidth, videoHeight } = video;
  if (!videoWidth || !videoHeight) return null;
  const size = withinSide(videoWidth, videoHeight, side);
  if (interlaced) return byCanvas(video, size, interlaced);
  const same = size.width === videoWidth && size.height === videoHeight;
  try {
    return await createImageBitmap(video, same ? {} : { resizeWidth: size.width, resizeHeight: size.height, resizeQuality: "medium" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError") return null; // between two cameras
    return byCanvas(video, size, interlaced);
  }
}
