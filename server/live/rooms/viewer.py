"""One connection that looks at a room: one unacknowledged update at most, and the newest wins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.live.rooms.picture_rate import PictureRate
from server.live.streams.results import CrowdMaps

logger = logging.getLogger("crowdcount.live")

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
STALLED_S, STALLED_FPS = 1.0, 1.0
"""Whoever has not acknowledged for so long gets few pictures made: most would be thrown away."""


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
        self.crowd_maps = CrowdMaps()
        self.seq = 0
        self._send, self._compose, self._clock = send, compose, clock
        self._rate = PictureRate(clock)
        self._asked: dict[str, int] = {}
        self._waiting_since: float | None = None
        self._wake = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._guard(), name=f"viewer {self.sid}")

    def stop(self) -> None:
        """Send nothing more."""
        if self._task is not None:
            self._task.cancel()

    def wake(self) -> None:
        """There is something new."""
        self._wake.set()

    def want(self, pictures: PictureWish | None, focus: str | None) -> None:
        """Change which pictures come, and of which camera larger ones."""
        if pictures is None:
            self._rate.clear()
            self._asked.clear()
        elif (pictures, focus) != (self.pictures, self.focus):
            self._rate.change()
        if focus != self.focus:
            self.crowd_maps.forget()
        self.pictures, self.focus = pictures, focus

    def wished_width(self, camera_id: str) -> int | None:
        """How wide a picture is wanted of the frame of this camera that begins now; None for none."""
        wish = self.pictures
        if wish is None:
            return None
        width, fps = wish.width, wish.max_fps
        if camera_id == self.focus:
            width, fps = FOCUS_WIDTH, max(fps, FOCUS_FPS)
        if self._waited_s() >= STALLED_S:
            fps = min(fps, STALLED_FPS)
        # One that was asked for and not made, for its frame could not be read, is asked for again.
        if camera_id not in self._asked and not self._rate.take(camera_id, fps):
            return None
        self._asked[camera_id] = next((step for step in WIDTHS if step >= width), WIDTHS[-1])
        return self._asked[camera_id]

    def offer(self, camera_id: str, pictures: Mapping[int, bytes], make: Callable[[int], Picture]) -> None:
        """A frame was made into pictures, by width; take the one that was asked for."""
        width = self._asked.get(camera_id)
        if width is not None and width in pictures:
            del self._asked[camera_id]
            self.unsent[camera_id] = make(width)

    def waits(self) -> None:
        """An update is on its way."""
        self._waiting_since = self._clock()

    def too_slow(self) -> bool:
        """Whether an update has not been acknowledged for too long."""
        return self._waited_s() >= TOO_SLOW_S

    def _waited_s(self) -> float:
        return 0.0 if self._waiting_since is None else self._clock() - self._waiting_since

    async def _guard(self) -> None:
        try:
            await self._run()
        except Exception:
            # The boundary of one viewer, who would go on to look at old figures: it is cut, and comes back anew.
            logger.exception("connection %s cannot be sent what it looks at", self.sid, extra={"connection": self.sid})
            self._waiting_since = float("-inf")

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            update = self._compose(self)
            if update is None:
                continue
            self.seq += 1
            self._acknowledged.clear()
            self.waits()
            await self._send(update | {"seq": self.seq}, self._acknowledge)
            await self._acknowledged.wait()
            self._waiting_since = None
            await asyncio.sleep(SPACING_S)

    def _acknowledge(self, *_answer: object) -> None:
        self._acknowledged.set()
