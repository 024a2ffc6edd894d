/** Names for new cameras: "Camera 1", "Video 2", each once. */

/**
 * @param {string} word
 * @param {readonly string[]} taken
 * @returns {string} the word with the smallest number that is free
 */
export function freeName(word, taken) {
  const used = new Set(taken.map((name) => name.trim().toLowerCase()));
  let number = 1;
  while (used.has(`${word} ${number}`.toLowerCase())) number += 1;
  return `${word} ${number}`;
}
