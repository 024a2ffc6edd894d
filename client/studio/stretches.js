/** Under a chart's lines: where its figures are estimates, and where they are not known. */
import { byId } from "../ui/dom.js";
import { cssColour } from "../charts/time-axis.js";

/** @typedef {import("../core/history.js").Kind} Kind */

/**
 * Runs of one kind, from and to the middle between neighbours. Pure.
 * @param {ArrayLike<number>} t seconds @param {readonly (Kind | null)[]} kinds @returns {{kind: Kind, from: number, to: number}[]}
 */
export function runsOf(t, kinds) {
  /** @type {{kind: Kind, from: number, to: number}[]} */
  const runs = [];
  kinds.forEach((kind, i) => {
    if (kind === null || kind === "counted") return;
    const before = i ? (t[i - 1] + t[i]) / 2 : t[i];
    const after = i + 1 < t.length ? (t[i] + t[i + 1]) / 2 : t[i];
    const last = runs.at(-1);
    if (last && last.kind === kind && kinds[i - 1] === kind) last.to = after;
    else runs.push({ kind, from: before, to: after });
  });
  return runs;
}

/** Stripes as those of the key. @param {CanvasRenderingContext2D} context @param {string} colour @returns {CanvasPattern | null} */
function hatch(context, colour) {
  const side = 8 * (window.devicePixelRatio || 1);
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  pen.strokeStyle = colour;
  pen.lineWidth = side / 5;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift, side);
    pen.lineTo(shift + side, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

/** @param {() => readonly (Kind | null)[]} kinds of the times that are drawn @returns {import("uplot").Plugin} */
export function stretches(kinds) {
  /** @type {Record<string, string | CanvasPattern | null> | null} */
  let paint = null;
  return {
    hooks: {
      drawClear: (plot) => {
        const { left, top, width, height } = plot.bbox;
        const runs = runsOf(plot.data[0], kinds());
        if (!runs.length) return;
        const { ctx: context } = plot;
        paint ??= { estimated: cssColour("--sunken"), unknown: hatch(context, cssColour("--unknown")) };
        context.save();
        for (const { kind, from, to } of runs) {
          const [start, end] = [from, to].map((at) => Math.min(left + width, Math.max(left, plot.valToPos(at, "x", true))));
          context.globalAlpha = kind === "unknown" ? 0.45 : 1;
          context.fillStyle = paint[kind] ?? "transparent";
          context.fillRect(start, top, Math.max(kind === "unknown" ? 2 : 0, end - start), height);
        }
        context.restore();
      },
    },
  };
}

/** Says what the grounds mean, while there are any. @param {string} chart id @param {readonly (Kind | null)[]} kinds */
export function showKey(chart, kinds) {
  const [estimated, unknown] = /** @type {const} */ (["estimated", "unknown"]).map((kind) => kinds.includes(kind));
  byId(`${chart}-key`, HTMLElement).hidden = !estimated && !unknown;
  byId(`${chart}-key-estimated`, HTMLElement).hidden = !estimated;
  byId(`${chart}-key-unknown`, HTMLElement).hidden = !unknown;
}
