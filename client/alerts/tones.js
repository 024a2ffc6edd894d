/** The sounds of alerts. */

/** Hertz; two that differ by a fourth are heard in a noisy room. */
const TONES = { warning: [660], critical: [880, 660, 880, 660] };

export class Tones {
  /** @type {AudioContext | null} */
  #audio = null;

  /** @param {"warning" | "critical"} level */
  async ring(level) {
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    // Before the first tap on the page browsers keep it silent.
    if (audio.state === "suspended") await audio.resume();
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
  }
}
