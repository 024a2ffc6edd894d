/** Whether an H.264 track may be interlaced: its sequence parameter set says so (ITU-T H.264, 7.3.2.1.1). Pure. */

/** Profiles whose set has the format of colours and scaling lists. */
const HIGH = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** In the record that describes the track: before the first set, and before its length. */
const FIRST_AT = 8;

class Bits {
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }

  bit() {
    const byte = this.bytes[this.#at >> 3];
    if (byte === undefined) throw new RangeError("The set is too short.");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  /** @param {number} count */
  skip(count) {
    this.#at += count;
  }

  /** An unsigned number of variable length. */
  number() {
    let zeros = 0;
    while (this.bit() === 0) zeros += 1;
    let value = 1;
    for (let i = 0; i < zeros; i += 1) value = value * 2 + this.bit();
    return value - 1;
  }

  /** The same with a sign. */
  signed() {
    const value = this.number();
    return value % 2 ? (value + 1) / 2 : -value / 2;
  }
}

/** A zero before each byte that would end a unit is no content. @param {Uint8Array} unit */
function unescaped(unit) {
  return unit.filter((byte, i) => !(byte === 3 && i >= 2 && unit[i - 1] === 0 && unit[i - 2] === 0));
}

/** @param {Bits} bits @param {number} count of scaling lists */
function skipLists(bits, count) {
  for (let list = 0; list < count; list += 1) {
    if (!bits.bit()) continue;
    let [last, next] = [8, 8];
    for (let i = 0; i < (list < 6 ? 16 : 64) && next; i += 1) {
      next = (last + bits.signed() + 256) % 256;
      last = next || last;
    }
  }
}

/** @param {Bits} bits @param {number} profile */
function skipColours(bits, profile) {
  if (!HIGH.has(profile)) return;
  const format = bits.number();
  if (format === 3) bits.skip(1);
  bits.number();
  bits.number();
  bits.skip(1);
  if (bits.bit()) skipLists(bits, format === 3 ? 12 : 8);
}

/** @param {Bits} bits */
function skipOrder(bits) {
  const type = bits.number();
  if (type === 0) bits.number();
  if (type !== 1) return;
  bits.skip(1);
  bits.signed();
  bits.signed();
  for (let left = bits.number(); left > 0; left -= 1) bits.signed();
}

/** @param {string | null} codec @param {Uint8Array | null} description of the decoder @returns {boolean} false where that is not known */
export function mayBeInterlaced(codec, description) {
  if (codec !== "avc" || !description || !(description[5] & 31)) return false;
  const length = description[6] * 256 + description[7];
  const set = unescaped(description.subarray(FIRST_AT + 1, FIRST_AT + length));
  const bits = new Bits(set);
  bits.skip(24);
  try {
    bits.number();
    skipColours(bits, set[0]);
    bits.number();
    skipOrder(bits);
    bits.number();
    bits.skip(1);
    bits.number();
    bits.number();
    return bits.bit() === 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
