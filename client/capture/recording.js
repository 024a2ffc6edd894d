/** A file taken apart without playing it: what it should hold, what it does hold, and its pictures one by one. */
import { ALL_FORMATS, BlobSource, CanvasSink, EncodedPacketSink, Input, MP4, QTFF } from "mediabunny";
import { withinSide } from "../core/fit.js";
import { blendFields } from "./fields.js";
import { readMoov, shownUntil } from "./edit-list.js";
import { isWhole, lengthBytes } from "./nal-units.js";
import { mayBeInterlaced } from "./sps.js";

/** @typedef {import("mediabunny").EncodedPacket} EncodedPacket */
/** @typedef {import("mediabunny").InputVideoTrack} InputVideoTrack */
/** @typedef {{canvas: HTMLCanvasElement | OffscreenCanvas, timestamp: number}} Picture timestamp in seconds */

const HEADS = { metadataOnly: true };
/** Times are fractions: so near they are the same. */
const SAME_S = 1e-4;
/** In the order of decoding, pictures are at most so far from where they are shown. */
const REORDERED = 32;
/** A decoder that gives nothing for so long has hung. */
const HUNG_MS = 15_000;
/** Containers round, and sound may end a little later. */
const SLACK_S = 1;

/**
 * What the library keeps to itself, and has no public way to change. `tests/e2e/test_odd_films.py` fails where it goes.
 *
 * @typedef {object} Decoder
 * @property {number[]} inputTimestamps of the packets that it got, seconds, sorted
 * @property {(sample: {timestamp: number}) => void} sampleHandler
 *
 * @typedef {object} SampleSink
 * @property {() => EncodedPacketSink} _createPacketSink
 * @property {(...handlers: unknown[]) => Promise<Decoder>} _createDecoder
 */

/** Leaves out packets that end a decoder. */
class WholePackets extends EncodedPacketSink {
  /** Whether it left out one. */
  hasGaps = false;

  /** @param {InputVideoTrack} track @param {(packet: EncodedPacket) => boolean} fits */
  constructor(track, fits) {
    super(track);
    this.fits = fits;
  }

  /** @override @param {EncodedPacket} [start] @param {EncodedPacket} [end] @param {import("mediabunny").PacketRetrievalOptions} [options] */
  async *packets(start, end, options) {
    let first = true;
    for await (const packet of super.packets(start, end, options)) {
      // The decoder has the first one already.
      if (first || this.fits(packet)) yield packet;
      else this.hasGaps = true;
      first = false;
    }
  }
}

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
async function inTime(promise) {
  let timer = 0;
  const late = new Promise((_, reject) => (timer = window.setTimeout(() => reject(new Error("The decoder gives no picture.")), HUNG_MS)));
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Picture["canvas"]} canvas @param {number} line pixels */
function blend(canvas, line) {
  const context = canvas.getContext("2d");
  if (context && "drawImage" in context) blendFields(context, line);
}

export class Recording {
  #packets;
  #input;
  #track;
  #lengthBytes;
  #released = false;
  /** Shown from here on, seconds; -Infinity where nothing is hidden. */
  from;
  /** And up to here. */
  until;

  /** Whether lines of a picture may be from two moments. */
  interlaced;

  /** @param {Input} input @param {InputVideoTrack} track @param {{bytes: number | null, interlaced: boolean}} coding bytes: of a length in its packets @param {number | null} until end of the part that its edit list shows */
  constructor(input, track, { bytes, interlaced }, until) {
    this.#input = input;
    this.#track = track;
    this.#packets = new EncodedPacketSink(track);
    this.#lengthBytes = bytes;
    this.interlaced = interlaced;
    this.from = until === null ? -Infinity : 0;
    this.until = until ?? Infinity;
  }

  /** @param {File} file @returns {Promise<Recording | null>} null where it cannot be taken apart */
  static async open(file) {
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
    try {
      const track = (await input.canRead()) ? await input.getPrimaryVideoTrack() : null;
      if (track) {
        const format = await input.getFormat();
        const moov = format === MP4 || format === QTFF ? await readMoov(file) : null;
        const config = await track.getDecoderConfig();
        const description = config?.description ? new Uint8Array(/** @type {ArrayBuffer} */ (config.description)) : null;
        const codec = await track.getCodec();
        const coding = { bytes: lengthBytes(codec, description), interlaced: mayBeInterlaced(codec, description) };
        return new Recording(input, track, coding, moov && shownUntil(moov, track.id));
      }
    } catch (error) {
      console.warn("The file cannot be taken apart:", error);
    }
    input.dispose();
    return null;
  }

  /** Whether this browser has a decoder for it. @returns {Promise<boolean>} */
  canDecode() {
    return this.#track.canDecode();
  }

  release() {
    this.#released = true;
    this.#input.dispose();
  }

  /** @param {EncodedPacket} packet */
  #isShown({ timestamp }) {
    return timestamp >= this.from - SAME_S && timestamp < this.until - SAME_S;
  }

  /** @param {EncodedPacket} packet */
  #fits(packet) {
    return this.#lengthBytes === null || isWhole(packet.data, this.#lengthBytes);
  }

  /** What there should be: as many pictures as the file lists, and more where it says that it is longer. @returns {Promise<{count: number, last: number}>} last: seconds */
  async expected() {
    let [count, first, last] = [0, Infinity, -Infinity];
    for await (const packet of this.#packets.packets(undefined, undefined, HEADS)) {
      if (!this.#isShown(packet)) continue;
      count += 1;
      first = Math.min(first, packet.timestamp);
      last = Math.max(last, packet.timestamp);
    }
    const said = await this.#input.getDurationFromMetadata();
    const end = count > 1 && said !== null && said - last > SLACK_S ? await this.#input.computeDuration() : Infinity;
    // Without a list at its front, a file that was cut off tells only how long it was.
    if (said === null || said - end <= SLACK_S) return { count, last };
    return { count: Math.round(((count - 1) * (said - first)) / (last - first)), last: said };
  }

  /** When its first picture is shown. @returns {Promise<number | null>} seconds; null where there is none */
  async first() {
    return this.nextPicture((this.from === -Infinity ? await this.#track.getFirstTimestamp() : this.from) - 2 * SAME_S);
  }

  /** Pictures whose data are in the file, where it breaks off after this time. @param {number} s @returns {Promise<number>} */
  async present(s) {
    let count = 0;
    for (let packet = await this.#packets.getFirstPacket(HEADS); packet; ) {
      if (this.#isShown(packet)) count += 1;
      packet = await this.#packets.getNextPacket(packet, packet.timestamp < s - SLACK_S ? HEADS : {});
    }
    return count;
  }

  /** When the picture after this time is shown. @param {number} s @returns {Promise<number | null>} seconds; null where there is none */
  async nextPicture(s) {
    let packet = (await this.#packets.getPacket(s, HEADS)) ?? (await this.#packets.getFirstPacket(HEADS));
    let next = Infinity;
    for (let i = 0; packet && i < REORDERED; i += 1, packet = await this.#packets.getNextPacket(packet, HEADS)) {
      if (packet.timestamp > s + SAME_S) next = Math.min(next, packet.timestamp);
    }
    // Those that are decoded earlier and shown later.
    if (next === Infinity) next = (await this.#packets.getPacket(Infinity, HEADS))?.timestamp ?? -Infinity;
    if (next <= s + SAME_S) return null;
    for (let i = 0; i < REORDERED; i += 1) {
      const before = await this.#packets.getPacket(next - SAME_S, HEADS);
      if (!before || before.timestamp <= s + SAME_S) break;
      next = before.timestamp;
    }
    return next < this.until - SAME_S ? next : null;
  }

  /** When the next picture is shown that needs no other one. @param {number} s @returns {Promise<number | null>} seconds; null where there is none */
  async nextKey(s) {
    let packet = (await this.#packets.getKeyPacket(s)) ?? (await this.#packets.getFirstKeyPacket());
    while (packet && (packet.timestamp <= s + SAME_S || !this.#fits(packet))) packet = await this.#packets.getNextKeyPacket(packet);
    return packet && packet.timestamp < this.until - SAME_S ? packet.timestamp : null;
  }

  /**
   * Every picture that is shown and can be decoded, upright. Behind one that cannot, it goes on at the next key picture.
   * @param {number} side longer side in pixels at most @returns {AsyncGenerator<Picture>}
   */
  async *pictures(side) {
    const size = withinSide(await this.#track.getDisplayWidth(), await this.#track.getDisplayHeight(), side);
    const line = size.height / (await this.#track.getCodedHeight());
    let at = this.from;
    let last = -Infinity;
    for (;;) {
      const pictures = this.#sink(size).canvases(at, this.until);
      try {
        for (;;) {
          const { value, done } = await inTime(pictures.next());
          if (done) return;
          last = value.timestamp;
          if (this.interlaced) blend(value.canvas, line);
          yield value;
        }
      } catch (error) {
        if (this.#released) throw error;
        console.warn("A part of the file cannot be decoded:", error);
        const next = await this.nextKey(Math.max(at, last));
        if (next === null) return;
        at = next;
      } finally {
        void pictures.return(undefined);
      }
    }
  }

  /** @param {{width: number, height: number}} size */
  #sink(size) {
    const sink = new CanvasSink(this.#track, { ...size, fit: "fill", poolSize: 2 });
    const inner = /** @type {{_videoSampleSink: SampleSink}} */ (/** @type {unknown} */ (sink))._videoSampleSink;
    const packets = new WholePackets(this.#track, (packet) => this.#fits(packet));
    inner._createPacketSink = () => packets;
    const create = inner._createDecoder.bind(inner);
    inner._createDecoder = async (...handlers) => {
      const decoder = await create(...handlers);
      const handle = decoder.sampleHandler.bind(decoder);
      let last = -Infinity;
      decoder.sampleHandler = (sample) => {
        last = Math.max(last, sample.timestamp);
        // Behind a gap a decoder keeps pictures to itself; the next one must not get the time of one of those.
        if (packets.hasGaps) decoder.inputTimestamps.splice(0, Infinity, last);
        handle(sample);
      };
      return decoder;
    };
    return sink;
  }
}
