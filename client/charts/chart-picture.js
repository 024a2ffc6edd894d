/** A chart as a picture, with its legend. */
import { element } from "../ui/dom.js";
import { cssColour } from "./time-axis.js";
import { saveFile } from "../zones/exchange.js";

/**
 * On the page's own ground: a transparent picture is unreadable elsewhere.
 * @param {HTMLElement} host of the chart's canvas @param {readonly {name: string, colour: string}[]} lines @param {string} fileName
 */
export function saveChart(host, lines, fileName) {
  const source = host.querySelector("canvas");
  if (!source) return;
  const line = 28 * (window.devicePixelRatio || 1);
  const canvas = element("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const font = `${line / 2}px system-ui, sans-serif`;
  context.font = font;
  /** @type {{x: number, row: number}[]} */
  const spots = [];
  let [x, row] = [line / 2, 0];
  for (const { name } of lines) {
    const width = line * 1.2 + context.measureText(name).width;
    if (x + width > source.width && x > line) [x, row] = [line / 2, row + 1];
    spots.push({ x, row });
    x += width;
  }
  canvas.width = source.width;
  canvas.height = source.height + line * (row + 1);
  context.font = font;
  context.fillStyle = cssColour("--surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0);
  lines.forEach(({ name, colour }, i) => {
    const top = source.height + spots[i].row * line;
    context.fillStyle = colour;
    context.fillRect(spots[i].x, top + line / 4, line / 2, line / 2);
    context.fillStyle = cssColour("--text");
    context.fillText(name, spots[i].x + line * 0.7, top + line * 0.68);
  });
  canvas.toBlob((blob) => blob && saveFile(fileName, blob), "image/png");
}
