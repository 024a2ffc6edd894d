"""Fair shares of a full machine: every stream that has a frame to count gets as many turns as the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

AHEAD = 1
"""Frames that a stream may have had more than the one that is furthest behind."""
STUCK_S = 1.0
"""Nobody waits for a stream whose frame takes longer than this: its process hangs and is about to be replaced."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """A stream with a frame: how many turns it had before, and since when it waits or has its turn (loop time)."""

    had: int
    since: float


class Turns:
    """Start-time fair queueing (Goyal, Vin, Cheng 1996) over all processes, a frame being the unit.

    A process answers in the order of the questions, which is fair among its streams. Among processes it is not: one
    stream alone in a process would get twice what two get that share one, at the cost of the cores they all share.
    """

    def __init__(self) -> None:
        self._had: dict[str, int] = {}
        self._virtual = 0
        self._asking: dict[str, _Asking] = {}
        self._changed = asyncio.Event()

    def forget(self, stream_id: str) -> None:
        """The stream is closed."""
        self._had.pop(stream_id, None)

    @asynccontextmanager
    async def turn(self, stream_id: str) -> AsyncIterator[None]:
        """Wait until it is the stream's turn; the block is the turn."""
        clock = asyncio.get_running_loop().time
        # Whoever had nothing to ask for a while comes in beside the others, with no claim to what it left.
        had = max(self._had.get(stream_id, 0), self._virtual - AHEAD)
        self._asking[stream_id] = _Asking(had, clock())
        try:
            while had > self._furthest_behind(clock()) + AHEAD:
                await self._wait()
            self._asking[stream_id] = _Asking(had, clock())
            self._virtual = max(self._virtual, had)
            yield
        finally:
            del self._asking[stream_id]
            self._had[stream_id] = had + 1
            self._changed.set()

    def _furthest_behind(self, now: float) -> int:
        """The fewest turns that one of those who ask has had."""
        asking = (one.had for one in self._asking.values() if now - one.since < STUCK_S)
        return min(asking, default=self._virtual)

    async def _wait(self) -> None:
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), STUCK_S)
        except TimeoutError:
            return
