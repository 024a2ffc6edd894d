/** A camera that plays in a <video>, and comes back by itself after everything that phones do to one. */
import { openCamera } from "./camera.js";

/**
 * @typedef {object} CameraSourceEvents
 * @property {() => void} changed another camera plays, or the same one again
 * @property {() => void} returned the page is looked at again
 * @property {(error: unknown) => void} lost it does not come back
 */

/** A call or another app takes the camera for a while and gives it back; after this it is asked for again. */
const MUTED_MS = 3000;
/** What a phone gave to another app is not free at once when that ends. */
const TRIES_MS = [0, 700, 2000];
/** A camera that gives no picture for so long is taken as it is: it plays as soon as one comes. */
const FIRST_MS = 3000;

export class CameraSource {
  /** @type {MediaStream | null} */
  #media = null;
  #over = false;
  #muted = 0;
  /** @type {Promise<void> | null} */
  #coming = null;
  #onVisible = () => void this.#returned();

  /**
   * @param {HTMLVideoElement} video
   * @param {() => import("./camera.js").CameraChoice} choice which one is wanted now
   * @param {CameraSourceEvents} events
   */
  constructor(video, choice, events) {
    this.video = video;
    this.choice = choice;
    this.events = events;
  }

  /** @throws {import("./camera.js").ProblemError} */
  async start() {
    await this.#open();
    if (!this.#over) document.addEventListener("visibilitychange", this.#onVisible);
  }

  /** Another camera, or the other side of the phone. @throws {import("./camera.js").ProblemError} */
  async change() {
    if (this.#over) return;
    // Many phones give one camera at a time: the old one must go first.
    this.#close();
    await this.#open();
  }

  /** It is there and gives no pictures: asks for it once more. Where that fails, the next try may not. */
  retry() {
    if (this.#over || document.hidden) return;
    this.#coming ??= this.change()
      .catch((error) => console.info("The camera still delivers no pictures:", error instanceof Error ? error.message : error))
      .finally(() => {
        this.#coming = null;
      });
  }

  stop() {
    this.#over = true;
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#close();
  }

  get track() {
    return this.#media?.getVideoTracks()[0] ?? null;
  }

  async #open() {
    const media = await openCamera(this.choice());
    const [track] = media.getVideoTracks();
    if (this.#over) return track.stop();
    this.#media = media;
    track.addEventListener("ended", () => void this.#ended(media));
    track.addEventListener("mute", () => this.#silenced(media));
    track.addEventListener("unmute", () => clearTimeout(this.#muted));
    this.video.removeAttribute("src");
    this.video.srcObject = media;
    const playing = this.#play();
    await Promise.race([playing, new Promise((resolve) => setTimeout(resolve, FIRST_MS))]);
    playing.catch((error) => console.info("The camera does not play:", error));
    this.events.changed();
  }

  async #play() {
    try {
      await this.video.play();
    } catch (error) {
      // Another camera took its place meanwhile, and plays.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }

  #close() {
    clearTimeout(this.#muted);
    const media = this.#media;
    this.#media = null;
    for (const track of media?.getTracks() ?? []) track.stop();
    if (media && this.video.srcObject === media) this.video.srcObject = null;
  }

  /** Phones end cameras in the background and give them back on return; elsewhere it was unplugged. @param {MediaStream} media */
  async #ended(media) {
    if (media === this.#media && !document.hidden) await this.#reacquire();
  }

  /** @param {MediaStream} media */
  #silenced(media) {
    clearTimeout(this.#muted);
    this.#muted = window.setTimeout(() => {
      if (media === this.#media && this.track?.muted && !document.hidden) void this.#reacquire();
    }, MUTED_MS);
  }

  async #returned() {
    if (document.hidden || this.#over) return;
    this.events.returned();
    const { track } = this;
    if (!track || track.readyState === "ended" || track.muted) await this.#reacquire();
    else await this.#play();
  }

  /** Several reasons to come back may arrive together; one way back is enough. */
  #reacquire() {
    this.#coming ??= this.#again().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #again() {
    /** @type {unknown} */
    let failure = null;
    for (const wait of TRIES_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      // Hidden again: the next look at the page tries.
      if (this.#over || document.hidden) return;
      try {
        return await this.change();
      } catch (error) {
        failure = error;
        console.info("The camera does not come back:", error instanceof Error ? error.message : error);
      }
    }
    this.events.lost(failure);
  }
}
