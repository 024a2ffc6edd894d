"""One connection that looks at a room: one unacknowledged update at most, and the newest wins."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Send = Callable[[Json, Callable[..., None]], Awaitable[None]]
"""Sends an update; the second argument is called once the viewer has it."""
Compose = Callable[["Viewer"], Json | None]

SPACING_S = 0.04
"""Between two updates of a viewer, however fast it is: what comes closer together goes out together."""
TOO_SLOW_S = 15.0
WIDTHS = (160, 240, 320, 480, 640, 960)
"""Pictures are made in these widths, so that viewers with nearly the same wish share one."""
FOCUS_WIDTH, FOCUS_FPS = 960, 8.0


@dataclass(frozen=True, slots=True)
class PictureWish:
    """How large and how often pictures are to come, at most."""

    width: int
    max_fps: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame made small, when it arrived (Unix milliseconds), and who was seen in it."""

    jpeg: bytes
    width: int
    wall_ms: float
    people: list[Json]


class Viewer:
    """Looks at one room.

    Parameters
    ----------
    sid, user_id, user_name : str
    send : callable
    compose : callable
        What the viewer does not know yet; None for nothing.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, sid: str, user_id: str, user_name: str, send: Send, compose: Compose, clock: Callable[[], float]
    ) -> None:
        self.sid, self.user_id, self.user_name = sid, user_id, user_name
        self.pictures: PictureWish | None = None
        self.focus: str | None = None
        self.editing: str | None = None
        self.changed: set[str] = set()
        self.areas_changed = False
        self.unsent: dict[str, Picture] = {}
        self.seq = 0
        self._send, self._compose, self._clock = send, compose, clock
        self._taken: dict[str, float] = {}
        self._waiting_since: float | None = None
        self._wake = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name=f"viewer {self.sid}")

    def stop(self) -> None:
        """Send nothing more."""
        if self._task is not None:
            self._task.cancel()

    def wake(self) -> None:
        """There is something new."""
        self._wake.set()

    def wished_width(self, camera_id: str) -> int | None:
        """How wide a picture of this camera is wanted now; None for none."""
        wish = self.pictures
        if wish is None:
            return None
        width, fps = wish.width, wish.max_fps
        if camera_id == self.focus:
            width, fps = FOCUS_WIDTH, max(fps, FOCUS_FPS)
        # A little early, so that the rate of the frames and that of the wish do not beat against each other.
        if self._clock() - self._taken.get(camera_id, float("-inf")) < 0.8 / fps:
            return None
        return next((step for step in WIDTHS if step >= width), WIDTHS[-1])

    def offer(self, camera_id: str, picture: Picture) -> None:
        """A picture that was made for this viewer."""
        self._taken[camera_id] = self._clock()
        self.unsent[camera_id] = picture

    def too_slow(self) -> bool:
        """Whether an update has not been acknowledged for too long."""
        return self._waiting_since is not None and self._clock() - self._waiting_since >= TOO_SLOW_S

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            update = self._compose(self)
            if update is None:
                continue
            self.seq += 1
            self._acknowledged.clear()
            self._waiting_since = self._clock()
            await self._send(update | {"seq": self.seq}, self._acknowledge)
            await self._acknowledged.wait()
            self._waiting_since = None
            await asyncio.sleep(SPACING_S)

    def _acknowledge(self, *_answer: object) -> None:
        self._acknowledged.set()
