/** A magnifying glass for fingers: what lies under the tip, shown beside it. */
import { byId } from "../ui/dom.js";

const ZOOM = 2.5;
const SIDE = 132;
const AWAY = 28;

export class Loupe {
  #root = byId("loupe", HTMLCanvasElement);
  #picture = byId("picture", HTMLCanvasElement);
  #context = /** @type {CanvasRenderingContext2D} */ (this.#root.getContext("2d"));

  constructor() {
    this.#root.width = this.#root.height = SIDE * 2;
  }

  /** @param {import("./geometry.js").Point | null} at null puts it away @param {import("./zoom-lens.js").Lens} lens @param {readonly (readonly import("./geometry.js").Point[])[]} outlines */
  show(at, lens, outlines) {
    this.#root.hidden = at === null;
    if (!at) return;
    const spot = lens.toStage(at);
    const below = spot.y - SIDE - AWAY < 0;
    const x = Math.min(Math.max(spot.x - SIDE / 2, 0), lens.place.x * 2 + lens.place.width - SIDE);
    this.#root.style.transform = `translate(${x.toFixed(0)}px, ${(below ? spot.y + AWAY : spot.y - SIDE - AWAY).toFixed(0)}px)`;
    this.#draw(spot, lens, outlines);
  }

  /** @param {import("./zoom-lens.js").Spot} spot @param {import("./zoom-lens.js").Lens} lens @param {readonly (readonly import("./geometry.js").Point[])[]} outlines */
  #draw(spot, lens, outlines) {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#22282b";
    context.fillRect(0, 0, SIDE * 2, SIDE * 2);
    // The stage around the spot, as it is seen, enlarged.
    context.setTransform(ZOOM * 2, 0, 0, ZOOM * 2, SIDE - spot.x * ZOOM * 2, SIDE - spot.y * ZOOM * 2);
    const { x, y, width, height } = lens.place;
    context.save();
    if (lens.mirror) {
      context.translate(2 * x + width, 0);
      context.scale(-1, 1);
    }
    context.drawImage(this.#picture, x, y, width, height);
    context.restore();
    for (const [colour, breadth] of /** @type {const} */ ([["rgb(0 0 0 / 0.7)", 2.4], ["#ffffff", 1]])) {
      context.beginPath();
      for (const points of outlines) {
        points.forEach((point, index) => {
          const to = lens.toStage(point);
          if (index === 0) context.moveTo(to.x, to.y);
          else context.lineTo(to.x, to.y);
        });
        context.closePath();
      }
      context.strokeStyle = colour;
      context.lineWidth = breadth;
      context.stroke();
    }
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.strokeStyle = "#ffd33d";
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(SIDE / 2 - 14, SIDE / 2);
    context.lineTo(SIDE / 2 + 14, SIDE / 2);
    context.moveTo(SIDE / 2, SIDE / 2 - 14);
    context.lineTo(SIDE / 2, SIDE / 2 + 14);
    context.stroke();
  }
}
