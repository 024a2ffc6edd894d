/** The others in the room of this camera: who is here, who draws, what they changed, and what the camera shows. */
import { ApiError, api, goToLogin } from "../ui/api.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/words.js";
import { Feed } from "../live/feed.js";
import { mayOperate } from "../wall/state.js";
import { Watch } from "./watch.js";

/** @typedef {import("../wall/types.js").Present} Present */

const PICTURES = { max_fps: 8, width: 640 };

/** @param {readonly Present[]} others @param {string} camera id @returns {string} */
export function companyText(others, camera) {
  const drawing = others.filter(({ editing }) => editing === camera).map(({ name }) => name);
  if (drawing.length) return t("{names} draws here, too", { names: drawing.join(", ") });
  return others.length ? t("Also here: {names}", { names: others.map(({ name }) => name).join(", ") }) : "";
}

export class Company {
  /** @type {Feed | null} */
  #feed = null;
  /** @type {Watch | null} */
  #watch = null;
  #me = "";
  #drawing = false;
  #asked = "";
  #node = byId("company", HTMLElement);

  /** @param {import("./run.js").Desk} desk @param {{lookAgain(who: string): void}} zones */
  constructor(desk, zones) {
    this.desk = desk;
    this.zones = zones;
    byId("watch-here", HTMLButtonElement).hidden = true;
    void this.#begin();
  }

  /** @param {boolean} drawing whether the zones are being edited here */
  draw(drawing) {
    this.#drawing = drawing;
    this.#feed?.edit(drawing ? this.desk.camera : null);
  }

  /** @param {import("../live/run-state.js").StudioState} state */
  render(state) {
    byId("watch-bar", HTMLElement).hidden = state.phase !== "watching";
    this.#wish();
  }

  leave() {
    this.#feed?.end();
  }

  get isInRoom() {
    return this.#feed !== null;
  }

  async #begin() {
    /** @type {{id: string, room: string | null, mine: boolean}} */
    let camera;
    try {
      ({ camera } = await api("GET", `/api/cameras/${encodeURIComponent(this.desk.camera)}`));
    } catch (error) {
      if (error instanceof ApiError) return console.info("The room of this camera is not known:", error.message);
      throw error;
    }
    if (!camera.room) return;
    this.#watch = new Watch(this.desk, camera.mine);
    byId("watch-here", HTMLButtonElement).hidden = !camera.mine;
    this.#feed = new Feed(camera.room, {
      entered: (room, snapshot) => {
        this.#me = room.members.find(({ you }) => you)?.user ?? "";
        if (this.#drawing) this.draw(true);
        if (this.#watch) this.#watch.mayDraw = mayOperate(room.role);
        this.#meet(snapshot.people);
        void this.#take(snapshot.cameras);
      },
      updated: (update, shown) => void this.#take(update.cameras).then(() => shown()),
      happened: (event) => this.#happened(event),
      lost: () => this.#watch?.lost(),
      refused: (error) => {
        this.#meet([]);
        this.#watch?.end(error.message);
      },
      signedOut: goToLogin,
    });
    this.#feed.start({ pictures: null, focus: null });
    document.addEventListener("visibilitychange", () => {
      this.#wish();
      if (!document.hidden) this.#feed?.hurry();
    });
  }

  /** @param {Record<string, import("../wall/types.js").CameraNow>} cameras */
  async #take(cameras) {
    const own = cameras[this.desk.camera];
    if (own) await this.#watch?.take({ ...own, zones: own.zones ?? [], people: own.people ?? [] }, performance.now());
  }

  /** @param {Record<string, any>} event */
  #happened({ kind, ...event }) {
    if (kind === "presence") this.#meet(event.people);
    else if (kind === "plan_changed" && event.camera === this.desk.camera) this.zones.lookAgain(event.by);
  }

  /** @param {readonly Present[]} people */
  #meet(people) {
    const text = companyText(people.filter(({ user }) => user !== this.#me), this.desk.camera);
    this.#node.hidden = !text;
    setText(this.#node, text);
  }

  /** Pictures only while they are looked at. */
  #wish() {
    const wanted = (this.#watch?.isOn ?? false) && !document.hidden;
    const wish = { pictures: wanted ? PICTURES : null, focus: wanted ? this.desk.camera : null };
    const key = JSON.stringify(wish);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#feed?.view(wish);
  }
}
