/**
 * A list whose entries stay the same elements while what they show stays the same: a button that is being pressed and a
 * text that is being written outlive whatever else arrives.
 */
import { setAttribute } from "./dom.js";

/**
 * One piece of an entry: it is made anew when its signature changes, and only then.
 * @typedef {object} Part
 * @property {string} shows the signature: everything that the element is made from
 * @property {() => Element | null} make null where there is nothing to show
 *
 * @typedef {object} Entry
 * @property {string} key
 * @property {Record<string, string>} attributes of its `<li>`
 * @property {readonly Part[]} parts always as many, in the same order
 *
 * @typedef {object} Row
 * @property {HTMLLIElement} root
 * @property {{shows: string, node: Element | Comment}[]} parts
 */

/** @param {Part} part @returns {Element | Comment} */
const build = (part) => part.make() ?? document.createComment("");

/** What was typed goes on in the new element. @param {Element | Comment} old @param {Element | Comment} made */
function carryOver(old, made) {
  if (!(old instanceof Element) || !(made instanceof Element)) return;
  for (const input of old.querySelectorAll("input")) {
    const heir = input.id ? made.querySelector(`#${CSS.escape(input.id)}`) : null;
    if (heir instanceof HTMLInputElement) heir.value = input.value;
  }
}

export class KeyedList {
  /** @type {Map<string, Row>} */
  #rows = new Map();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  /** @param {readonly Entry[]} entries with a key each, in the order wanted */
  render(entries) {
    const focused = document.activeElement instanceof HTMLElement && this.list.contains(document.activeElement) ? document.activeElement : null;
    const keys = new Set(entries.map(({ key }) => key));
    for (const [key, { root }] of this.#rows) {
      if (keys.has(key)) continue;
      root.remove();
      this.#rows.delete(key);
    }
    this.#arrange(entries.map((entry) => this.#update(entry)));
    if (focused && document.activeElement !== focused) this.#refocus(focused);
  }

  /** @param {Entry} entry @returns {HTMLLIElement} */
  #update({ key, attributes, parts }) {
    let row = this.#rows.get(key);
    if (!row) {
      row = { root: document.createElement("li"), parts: parts.map((part) => ({ shows: part.shows, node: build(part) })) };
      row.root.append(...row.parts.map(({ node }) => node));
      this.#rows.set(key, row);
    }
    for (const [i, part] of parts.entries()) {
      const shown = row.parts[i];
      if (shown.shows === part.shows) continue;
      const node = build(part);
      carryOver(shown.node, node);
      shown.node.replaceWith(node);
      row.parts[i] = { shows: part.shows, node };
    }
    for (const [name, value] of Object.entries(attributes)) setAttribute(row.root, name, value);
    return row.root;
  }

  /** Moves as few as needed: an element that moves loses its focus. @param {readonly HTMLLIElement[]} wanted */
  #arrange(wanted) {
    let next = this.list.firstElementChild;
    for (const root of wanted) {
      // Whatever stands before the wanted one has a later place, and goes there when it is its turn.
      if (next && next !== root && next.nextElementSibling === root) {
        this.list.append(next);
        next = root;
      }
      if (root === next) next = next.nextElementSibling;
      else this.list.insertBefore(root, next);
    }
  }

  /** The same element, or the one that took its place. @param {HTMLElement} focused */
  #refocus(focused) {
    const heir = focused.isConnected ? focused : focused.id ? document.getElementById(focused.id) : null;
    heir?.focus();
  }
}
