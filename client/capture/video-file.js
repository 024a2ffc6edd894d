/** A video file in a <video>: its own clock from 0, and a way past parts that cannot be played. */
import { ProblemError } from "./camera.js";
import { unplayable } from "./problem.js";

/** A file that says nothing for so long is not going to. */
const TIMEOUT_MS = 15000;
/** The first picture says when it is; where that is not to be had, so does the position. */
const FIRST_MS = 500;

/**
 * @param {HTMLVideoElement} video @param {"loadeddata" | "seeked"} event
 * @returns {Promise<boolean>} whether it came, and not an error or nothing
 */
function arrives(video, event) {
  return new Promise((resolve) => {
    const settle = (/** @type {boolean} */ good) => {
      clearTimeout(timer);
      video.removeEventListener(event, came);
      video.removeEventListener("error", failed);
      resolve(good);
    };
    const [came, failed] = [() => settle(true), () => settle(false)];
    const timer = setTimeout(failed, TIMEOUT_MS);
    video.addEventListener(event, came);
    video.addEventListener("error", failed);
  });
}

/** @param {HTMLVideoElement} video @returns {Promise<number>} seconds, where its first picture is */
function firstPicture(video) {
  if (!("requestVideoFrameCallback" in HTMLVideoElement.prototype)) return Promise.resolve(0);
  return new Promise((resolve) => {
    const handle = video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime));
    video.addEventListener("loadeddata", () => setTimeout(() => {
      video.cancelVideoFrameCallback(handle);
      resolve(video.currentTime);
    }, FIRST_MS), { once: true });
  });
}

export class VideoFile {
  #url;
  /** Where its first picture is, seconds of the element's time. */
  startS = 0;
  /** How long it said that it is when it was loaded, seconds from the first picture; 0 where it did not. */
  lengthS = 0;

  /** @param {HTMLVideoElement} video @param {File} file */
  constructor(video, file) {
    this.video = video;
    this.file = file;
    this.#url = URL.createObjectURL(file);
  }

  /** Loads it up to its first picture. @throws {ProblemError} when the browser cannot play it */
  async load() {
    const { video } = this;
    const first = firstPicture(video);
    // A file with sound alone loads, too, and has no size.
    if (!(await this.#load()) || !video.videoWidth) {
      this.release();
      const { unreadable } = await import("./readable.js");
      const why = await unreadable(this.file, true);
      throw new ProblemError(unplayable(this.file.name, why ?? { code: "damaged", what: "" }));
    }
    this.startS = await first;
    this.lengthS = Number.isFinite(video.duration) ? Math.max(0, video.duration - this.startS) : 0;
  }

  /** Loads it once more after an error, and goes to a position. @param {number} s from the first picture @returns {Promise<boolean>} whether there is a picture */
  async resumeAt(s) {
    if (!(await this.#load())) return false;
    const there = arrives(this.video, "seeked");
    this.video.currentTime = this.startS + s;
    return there;
  }

  /** Seconds from the first picture. */
  get positionS() {
    return Math.max(0, this.video.currentTime - this.startS);
  }

  set positionS(s) {
    this.video.currentTime = this.startS + s;
  }

  release() {
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.#url);
  }

  #load() {
    const { video } = this;
    const loaded = arrives(video, "loadeddata");
    video.srcObject = null;
    video.loop = false;
    video.preload = "auto";
    video.src = this.#url;
    video.load();
    return loaded;
  }
}
