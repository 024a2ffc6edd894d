"""What a full room needs in a test: films for phones, walls that are listened to, somebody who is frozen."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import PASSWORD
from tests.media import encode_jpeg, find_asset, read_vtest
from tests.support.patient import PatientSocket

SIZE = (640, 480)
"""Width and height of the films, pixels."""
FRAMES = 24
REPEATS = 4
"""A camera file plays at 30 frames a second; four alike make 7.5, close to the 7 of the recording."""

LISTEN = r"""(() => {
  const heard = { figures: [], counts: [] };
  const known = new Set();
  window.heard = heard;
  const take = (text) => {
    const json = text.slice(text.indexOf("["));
    if (text.includes('"status":"processed"')) heard.counts.push(Number(/"count":(\d+)/.exec(json)[1]));
    if (!text.includes('"room_update"')) return;
    for (const [camera, { t_wall: at, count }] of Object.entries(JSON.parse(json)[1].cameras)) {
      if (!at || known.has(camera + at)) continue;
      known.add(camera + at);
      heard.figures.push({ camera, count, at: Date.now(), age: Date.now() - at });
    }
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => typeof data === "string" && take(data));
    }
  };
})();"""
"""Has a page note what its socket hears: a phone the counts of its frames, a wall every figure once, and its age."""

COMPARE = """() => {
  const number = (node) => Number(node.textContent) || 0;
  const seen = (window.sums = { looks: 0, most: 0, wrong: [] });
  const look = () => {
    const total = number(document.querySelector("#total"));
    const tiles = [...document.querySelectorAll(".tile-figures strong")].map(number);
    seen.looks += 1;
    seen.most = Math.max(seen.most, total);
    if (tiles.reduce((sum, one) => sum + one, 0) !== total) seen.wrong.push([total, ...tiles]);
  };
  window.setInterval(look, 50);
}"""
"""Has a wall compare, twenty times a second, the total that it shows with the tiles that it shows."""


def write_films(folder: Path) -> list[Path]:
    """Three films that Chromium plays as cameras: a whole street, half of it at another time, and a bus stop.

    They run to and fro: people who jump back to where a film began would be confirmed anew.
    """
    half = [frame[:, 384:] for frame in read_vtest(FRAMES, start=400)]
    films = {"street": list(read_vtest(FRAMES)), "half": half, "stop": [_bus_stop()]}
    return [_write(folder / f"{name}.mjpeg", frames + frames[-2:0:-1]) for name, frames in films.items()]


def _bus_stop() -> NDArray[np.uint8]:
    picture = cv2.imread(str(find_asset("bus.jpg")))
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def _write(path: Path, frames: Sequence[NDArray[np.uint8]]) -> Path:
    with path.open("wb") as film:
        for frame in frames:
            film.write(encode_jpeg(_fitted(frame)) * REPEATS)
    return path


def _fitted(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A frame in the size of the film, its shape kept, with black beside it."""
    scale = min(SIZE[0] / frame.shape[1], SIZE[1] / frame.shape[0])
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas


def join(context: BrowserContext, url: str, name: str, code: str) -> None:
    """Make an account and follow an invitation, by the API."""
    headers = {"Origin": url}
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    for path, data in (("/api/users", body), (f"/api/join/{code}", {})):
        answer = context.request.post(path, data=data, headers=headers)
        assert answer.ok, answer.text()


class Frozen:
    """Somebody who looks at a room, asks for everything and acknowledges nothing, in a thread.

    Parameters
    ----------
    url, code, room : str
        Of the server, of an invitation, and the room's id.
    """

    def __init__(self, url: str, code: str, room: str) -> None:
        self._url, self._code, self._room = url, code, room
        self._looks, self._cut = threading.Event(), threading.Event()
        self.events: list[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="frozen", daemon=True)

    def start(self) -> "Frozen":
        """Begin to look."""
        self._thread.start()
        assert self._looks.wait(30), "it never came in"
        return self

    def cut_within(self, seconds: float) -> bool:
        """Whether the server hangs up in that time."""
        return self._cut.wait(seconds)

    async def _live(self) -> None:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self._url, cookie_jar=jar, headers={"Origin": self._url}) as http:
            body = {"username": "frozen", "email": "frozen@example.org", "password": PASSWORD}
            for path, data in (("/api/users", body), (f"/api/join/{self._code}", {})):
                async with http.post(path, json=data) as answer:
                    assert answer.ok, await answer.text()
            client = PatientSocket(reconnection=False, http_session=http)
            gone = asyncio.Event()

            async def never(_update: dict[str, Any]) -> None:
                await gone.wait()

            client.on("room_update", never)
            client.on("too_slow", lambda _why: self.events.append("too_slow"))
            client.on("disconnect", lambda *_why: gone.set())
            await client.connect(self._url, headers={"Origin": self._url}, transports=["websocket"])
            wish = {"room": self._room, "pictures": {"max_fps": 10, "width": 960}}
            assert "error" not in await client.call("room_enter", wish)
            self._looks.set()
            await gone.wait()
            self._cut.set()
            await client.disconnect()
