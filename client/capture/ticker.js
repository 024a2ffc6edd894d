/** Tells of every new frame that a <video> shows. */

/**
 * @typedef {object} Tick
 * @property {number} now ms, when the page heard of the frame
 * @property {number} capturedAt ms on the same clock, when the camera took it; `now` where that is unknown
 * @property {number} mediaTime seconds, position in the video
 */

/** A capture time further off than this is another clock. */
const PLAUSIBLE_MS = 5000;

/** @param {number} now @param {number | undefined} captureTime */
function capturedAt(now, captureTime) {
  return captureTime !== undefined && captureTime <= now && now - captureTime < PLAUSIBLE_MS ? captureTime : now;
}

/** @param {HTMLVideoElement} video @param {(tick: Tick) => void} onFrame @returns {() => void} */
function byVideoFrames(video, onFrame) {
  let stopped = false;
  let handle = 0;
  const callback = (/** @type {number} */ _now, /** @type {VideoFrameCallbackMetadata} */ frame) => {
    if (stopped) return;
    handle = video.requestVideoFrameCallback(callback);
    const now = performance.now();
    onFrame({ now, capturedAt: capturedAt(now, frame.captureTime), mediaTime: frame.mediaTime });
  };
  handle = video.requestVideoFrameCallback(callback);
  return () => {
    stopped = true;
    video.cancelVideoFrameCallback(handle);
  };
}

/** Where that is missing: looked up at each draw, a frame is new when the position moved. @param {HTMLVideoElement} video @param {(tick: Tick) => void} onFrame */
function byDraws(video, onFrame) {
  let before = -1;
  let handle = 0;
  const look = () => {
    handle = requestAnimationFrame(look);
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.currentTime === before) return;
    before = video.currentTime;
    const now = performance.now();
    onFrame({ now, capturedAt: now, mediaTime: video.currentTime });
  };
  handle = requestAnimationFrame(look);
  return () => cancelAnimationFrame(handle);
}

/**
 * @param {HTMLVideoElement} video
 * @param {(tick: Tick) => void} onFrame
 * @returns {() => void} stops it
 */
export function watchFrames(video, onFrame) {
  return "requestVideoFrameCallback" in HTMLVideoElement.prototype ? byVideoFrames(video, onFrame) : byDraws(video, onFrame);
}
