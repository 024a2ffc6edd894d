/** SVG elements; text and attributes only, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag @param {Record<string, string>} [attributes] @param {...Node} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {readonly import("./zoom-lens.js").Spot[]} spots @param {boolean} closed @returns {string} path data */
export function pathOf(spots, closed) {
  if (!spots.length) return "";
  return `M${spots.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "Z" : ""}`;
}

/** Stripes for a level, so that it is told without its colour. @param {string} id @param {string} kind @param {string} path @param {number} size */
function hatch(id, kind, path, size) {
  return svg("pattern", { id, width: String(size), height: String(size), patternUnits: "userSpaceOnUse" }, svg("path", { d: path, class: `hatch hatch-${kind}` }));
}

export function hatches() {
  return svg(
    "defs",
    {},
    hatch("hatch-warning", "warning", "M-2 2L2 -2M0 12L12 0M10 14L14 10", 12),
    hatch("hatch-critical", "critical", "M-2 2L2 -2M0 8L8 0M6 10L10 6M-2 6L2 10M0 0L8 8M6 -2L10 2", 8),
    hatch("hatch-excluded", "excluded", "M-2 8L8 18M-2 -2L18 18M8 -2L18 8", 16),
  );
}
