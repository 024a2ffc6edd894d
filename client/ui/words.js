/**
 * Texts in the language of the page. The English text is the key; the server's catalogue, which the page loads before
 * its modules, holds the others. docs/translating.md says how to mark a text.
 */

/**
 * @typedef {object} Words
 * @property {(n: number) => number} plural which form a number takes
 * @property {Record<string, string | string[]>} texts by the English text
 */

const PLACE = /\{(\w+)\}/g;
const END = /([.!?]) (?=\S)/g;
const page = typeof document === "undefined" ? null : document.documentElement;

/** @returns {Words} */
function catalogue() {
  const { crowdcountWords } = /** @type {{crowdcountWords?: Words}} */ (globalThis);
  return crowdcountWords ?? { plural: (n) => Number(n !== 1), texts: {} };
}

const { plural, texts } = catalogue();

/**
 * For `Intl`: as the reader's own region writes it, where that has the page's language; else as the language does.
 * @type {string | undefined} undefined where there is no page: the system's
 */
export const locale = page ? (navigator.languages.find((tag) => tag.split("-")[0] === page.lang) ?? page.lang) : undefined;

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** @param {string} text @param {Record<string, string | number>} values */
function filled(text, values) {
  return text.replace(PLACE, (place, name) => {
    const value = values[name];
    return value === undefined ? place : String(value);
  });
}

/**
 * The text in the page's language, its `{places}` filled. Numbers are put in as they are: format them first.
 * @param {string} text English, a literal, so that it is found
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(text, values = {}) {
  const found = texts[text];
  return filled(typeof found === "string" ? found : text, values);
}

/**
 * The form that goes with a number; `{n}` is the number as people write it.
 * @param {string} one English, for 1 @param {string} many English, for any other @param {number} n
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function tn(one, many, n, values = {}) {
  const found = texts[one];
  const text = Array.isArray(found) ? found[plural(n)] : n === 1 ? one : many;
  return filled(text, { n: whole.format(n), ...values });
}

/** @type {[RegExp, string][] | null} */
let patterns = null;

/** What matches a finished sentence; what says most in plain words first, it is the closest. @returns {[RegExp, string][]} */
function sentencePatterns() {
  const found = Object.keys(texts).filter((text) => text.search(PLACE) >= 0 && typeof texts[text] === "string");
  const words = (/** @type {string} */ text) => text.replace(PLACE, "").length;
  found.sort((a, b) => words(b) - words(a));
  return found.map((text) => {
    const source = text.split(PLACE).map((part, i) => (i % 2 ? `(?<${part}>.+?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    return [new RegExp(`^${source.join("")}$`, "s"), /** @type {string} */ (texts[text])];
  });
}

/**
 * What the server said, such as an error's sentence, in the page's language; unchanged where it is not known.
 * @param {string} sentence English @returns {string}
 */
export function tell(sentence) {
  const found = texts[sentence];
  if (typeof found === "string") return found;
  patterns ??= sentencePatterns();
  for (const [pattern, text] of patterns) {
    const match = pattern.exec(sentence);
    if (match) return filled(text, match.groups ?? {});
  }
  const parts = sentence.replace(END, "$1\n").split("\n");
  return parts.length > 1 ? parts.map(tell).join(" ") : sentence;
}
