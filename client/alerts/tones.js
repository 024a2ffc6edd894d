/** The sounds of alerts. */

/** Hertz; two that differ by a fourth are heard in a noisy room. */
const TONES = { warning: [660], critical: [880, 660, 880, 660] };
/** A browser that lets the page sound does so at once; another waits for a tap, however long that takes. */
const SOON_MS = 500;

export class Tones {
  /** @type {AudioContext | null} */
  #audio = null;

  /** Whether the page can be heard: before the first tap on it browsers keep it silent. @returns {Promise<boolean>} */
  async canSound() {
    this.#audio ??= new AudioContext();
    if (this.#audio.state !== "running") await Promise.race([this.#audio.resume(), new Promise((resolve) => setTimeout(resolve, SOON_MS))]);
    return this.#audio.state === "running";
  }

  /** What cannot be heard now is not heard later either. @param {"warning" | "critical"} level @returns {Promise<boolean>} whether it is heard */
  async ring(level) {
    if (!(await this.canSound()) || !this.#audio) return false;
    const audio = this.#audio;
    TONES[level].forEach((hertz, i) => {
      const from = audio.currentTime + i * 0.22;
      const tone = new OscillatorNode(audio, { frequency: hertz, type: "triangle" });
      const volume = new GainNode(audio, { gain: 0 });
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.35, from + 0.02);
      volume.gain.linearRampToValueAtTime(0, from + 0.2);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.21);
    });
    return true;
  }
}
