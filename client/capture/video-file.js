/** A video file in a <video>. */
import { ProblemError } from "./camera.js";
import { unplayable } from "./problem.js";

/** A file that says nothing for so long is not going to. */
const TIMEOUT_MS = 15000;

/**
 * Loads the file up to its first picture.
 * @param {HTMLVideoElement} video
 * @param {File} file
 * @returns {Promise<() => void>} lets go of the file
 * @throws {ProblemError} when the browser cannot play it
 */
export async function loadFile(video, file) {
  const url = URL.createObjectURL(file);
  const release = () => {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  };
  const failed = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), TIMEOUT_MS);
    const settle = (/** @type {boolean} */ bad) => () => {
      clearTimeout(timer);
      video.onloadeddata = video.onerror = null;
      resolve(bad);
    };
    video.onloadeddata = settle(false);
    video.onerror = settle(true);
    video.srcObject = null;
    video.loop = false;
    video.preload = "auto";
    video.src = url;
    video.load();
  });
  // A file with sound alone loads, too, and has no size.
  if (!failed && video.videoWidth) return release;
  release();
  throw new ProblemError(unplayable(file.name, file.type));
}
