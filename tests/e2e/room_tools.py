"""What tests of rooms need: people in them, and phones that stream without a browser of their own."""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import aiohttp
import numpy as np
import socketio
from numpy.typing import NDArray
from playwright.sync_api import Page

from tests.media import encode_jpeg
from tests.support.patient import PatientSocket

FPS = 3.0
PATIENCE_S = 20


def send(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the API as the page's user would; returns the JSON answer."""
    origin = "/".join(page.url.split("/")[:3])
    answer = page.request.fetch(path, method=method, data=body, headers={"Origin": origin})
    assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
    return answer.json() if answer.text() else None


def make_room(page: Page, name: str) -> str:
    """Make a room by the form; returns its id, and the page is at its wall."""
    page.goto("/rooms")
    page.get_by_label("New room").fill(name)
    page.get_by_role("button", name="Make the room").click()
    page.wait_for_url("**/rooms/rom_*")
    return page.url.rsplit("/", 1)[1]


def invite(page: Page, room: str, role: str, uses: int = 20) -> tuple[str, str]:
    """Make an invitation; returns its id and its code."""
    made = send(page, "POST", f"/api/rooms/{room}/invites", {"role": role, "hours": 1, "uses": uses})
    return made["invite"]["id"], made["url"].rsplit("/", 1)[1]


def join_room(page: Page, room: str, code: str, cameras: int) -> None:
    """Join a room by an invitation's code, and wait until so many cameras are live on its wall."""
    page.goto(f"/join/{code}")
    page.get_by_role("button", name="Join the room").click()
    page.wait_for_url(f"**/rooms/{room}")
    wait_live(page, cameras)


def wait_live(page: Page, cameras: int) -> None:
    """Wait until so many cameras are live on the wall."""
    page.wait_for_function("many => document.querySelectorAll('.tile[data-life=live]').length === many", arg=cameras)


def open_status(page: Page, room: str, camera: str, area: str = "All gates") -> str:
    """Make an area of a camera's whole picture and show it to everybody; returns the path of that page."""
    body = {"name": area, "members": [{"camera": camera}], "capacity": 500}
    made = send(page, "POST", f"/api/rooms/{room}/areas", body)["area"]["id"]
    opened = send(page, "PUT", f"/api/rooms/{room}/status-page", {"show": "counts", "areas": [made]})
    return "/status/" + str(opened["url"]).rsplit("/", 1)[1]


class Phone:
    """A device without an account that streams frames over and over, in a thread of its own.

    Parameters
    ----------
    url, code, name : str
        Of the server, of the invitation, and of the place.
    frames : sequence of ndarray
        BGR pictures.
    """

    def __init__(self, url: str, code: str, name: str, frames: Sequence[NDArray[np.uint8]]) -> None:
        self._url, self._code, self._name = url, code, name
        self._jpegs = [encode_jpeg(frame) for frame in frames]
        self._stop = threading.Event()
        self._answered = threading.Event()
        self.camera = ""
        self.count = 0
        self._cut = threading.Event()
        self._cut_s = 0.0
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    def start(self) -> "Phone":
        """Begin, and wait until the first frame was counted."""
        self._thread.start()
        assert self._answered.wait(PATIENCE_S), f"{self._name} was not counted"
        return self

    def stop(self) -> None:
        """End the stream."""
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def cut_at(self) -> float:
        """When the server cut it, on the monotonic clock; waits for it."""
        assert self._cut.wait(PATIENCE_S), f"{self._name} still streams"
        return self._cut_s

    def _live(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._run())

    def _note_cut(self) -> None:
        if self._stop.is_set() or self._task is None:
            return
        self._cut_s = time.monotonic()
        self._cut.set()
        self._task.cancel()  # a frame on its way is not answered any more

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        async with aiohttp.ClientSession(self._url) as http:
            guest = await (await http.post(f"/api/join/{self._code}", json={"name": self._name})).json()
        self.camera = guest["camera"]["id"]
        client = PatientSocket(reconnection=False)
        client.on("disconnect", lambda *_reason: self._note_cut())
        await client.connect(self._url, transports=["websocket"], auth={"camera_token": guest["token"]})
        opened = await client.call("stream_open", {"camera": self.camera, "source": "camera", "mode": "live"})
        seq = 0
        while not self._stop.is_set() and client.connected:
            seq += 1
            frame = {"stream": opened["stream"], "seq": seq, "t": seq * 1000 / FPS}
            try:
                answer = await client.call("frame", frame | {"jpeg": self._jpegs[seq % len(self._jpegs)]}, timeout=10)
            except (socketio.exceptions.SocketIOError, AssertionError):
                break
            self.count = answer.get("result", {}).get("count", self.count)
            self._answered.set()
            await asyncio.sleep(1 / FPS)
        await client.disconnect()
