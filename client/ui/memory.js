/** Small choices that outlive the page; where storage is forbidden they last as long as the page. */

/** @template T @param {string} name @param {T} fallback @returns {T} */
export function recall(name, fallback) {
  try {
    const text = localStorage.getItem(`crowdcount.${name}`);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/** @param {string} name @param {unknown} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`crowdcount.${name}`, JSON.stringify(value));
  } catch {
    console.info(`The choice of ${name} is not remembered: the browser forbids storage.`);
  }
}
