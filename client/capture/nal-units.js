/** Packets of H.264 and H.265 as MP4 and Matroska hold them: units, each after its length. Pure. */

/** Where the records that describe the two codecs say how long a length is. */
const LENGTH_AT = { avc: 4, hevc: 21 };

/**
 * @param {string | null} codec @param {Uint8Array | null} description of the decoder
 * @returns {number | null} bytes of a length; null where packets are not of that kind
 */
export function lengthBytes(codec, description) {
  if (codec !== "avc" && codec !== "hevc") return null;
  const at = LENGTH_AT[codec];
  return description && description.length > at ? (description[at] & 3) + 1 : null;
}

/**
 * Whether the lengths of a packet fit it. A decoder ends at one in which they do not, and takes the next packets where
 * that one is left out.
 * @param {Uint8Array} data @param {number} bytes of a length
 */
export function isWhole(data, bytes) {
  let at = 0;
  while (at + bytes < data.length) {
    let length = 0;
    for (let i = 0; i < bytes; i += 1) length = length * 256 + data[at + i];
    const [start, end] = [at + bytes, at + bytes + length];
    // The first bit of a unit is zero always.
    if (length === 0 || end > data.length || data[start] & 0x80) return false;
    at = end;
  }
  return data.length > 0 && at === data.length;
}
