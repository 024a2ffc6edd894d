/** Puts the pages of a room's log together. Pure. */

/** @typedef {import("./types.js").LogEntry} LogEntry */

/**
 * @typedef {object} Known
 * @property {LogEntry[]} entries newest first, without a gap
 * @property {number | null} next `before` of the page that follows; null at the end
 */

/**
 * What is known, with a page that came. A newest page that does not reach down to what is known would leave a gap: then
 * what is older is forgotten, and asked for again by whoever wants it.
 * @param {Known} known @param {Known} page @param {boolean} newest whether it is the newest page
 * @returns {Known}
 */
export function merged(known, page, newest) {
  const ids = new Set(page.entries.map(({ id }) => id));
  const rest = known.entries.filter(({ id }) => !ids.has(id));
  if (!newest) return { entries: sorted([...page.entries, ...rest]), next: page.next };
  const last = page.entries.at(-1)?.id ?? 0;
  const deeper = page.next !== null && rest.length < known.entries.length && rest.some(({ id }) => id < last);
  if (deeper) return { entries: sorted([...page.entries, ...rest]), next: known.next };
  // What is newer came while the page was on its way.
  return { entries: sorted([...page.entries, ...rest.filter(({ id }) => id > last)]), next: page.next };
}

/** @param {LogEntry[]} entries */
function sorted(entries) {
  return entries.sort((a, b) => b.id - a.id);
}
