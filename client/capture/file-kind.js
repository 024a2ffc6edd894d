/** What kind of file begins with these bytes. Pure. */

/** @type {[number, string, string][]} where, the bytes as characters, name */
const MARKS = [
  [8, "AVI ", "AVI"],
  [4, "ftyp", "MP4"],
  [4, "moov", "QuickTime"],
  [4, "mdat", "QuickTime"],
  [0, "\x1aE\xdf\xa3", "Matroska"],
  [0, "FLV", "FLV"],
  [0, "\x30\x26\xb2\x75", "WMV"],
  [0, "\x00\x00\x01\xba", "MPEG"],
  [0, "\x00\x00\x01\xb3", "MPEG"],
  [0, ".RMF", "RealMedia"],
  [0, "OggS", "Ogg"],
  [0, "GIF8", "GIF"],
];

/** @param {Uint8Array} head first bytes of a file @returns {string} name; empty for one that is not known */
export function kindOf(head) {
  const text = String.fromCharCode(...head);
  return MARKS.find(([at, mark]) => text.startsWith(mark, at))?.[2] ?? "";
}
