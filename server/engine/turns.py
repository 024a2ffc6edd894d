"""Fair shares of a full machine: every stream that has a frame to count gets as much processor time as the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

AHEAD = 1.0
"""Usual frames that a stream may have had more than the one that is furthest behind."""
MEMORY = 0.05
"""Weight of the newest frame in what is usual."""
MOST = 4.0
"""A frame that costs more than so many usual ones does not raise what is usual by more than these."""
STUCK_S = 1.0
"""Nobody waits for a stream whose frame takes longer than this: its process hangs and is about to be replaced."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """A stream with a frame: what it had before (ms), and since when it waits or has its turn (loop time)."""

    had: float
    since: float


class Turn:
    """One frame's turn; what it cost is known when it is over.

    Attributes
    ----------
    spent_ms : float or None
        Processor time; None where it is not known, as of a frame that was lost: then its time on the clock counts.
    """

    def __init__(self) -> None:
        self.spent_ms: float | None = None


class Turns:
    """Start-time fair queueing (Goyal, Vin, Cheng 1996) over all processes, the unit being processor time.

    A process answers in the order of the questions. That is fair among its streams only while their frames cost the
    same, and never among processes: a stream alone in a process would get twice what two get that share one, at the
    cost of the cores they all share. So whose frames are dear gets fewer of them.
    """

    def __init__(self) -> None:
        self._had: dict[str, float] = {}
        self._virtual = 0.0
        self._usual = 0.0
        self._asking: dict[str, _Asking] = {}
        self._changed = asyncio.Event()

    def forget(self, stream_id: str) -> None:
        """The stream is closed."""
        self._had.pop(stream_id, None)

    @asynccontextmanager
    async def turn(self, stream_id: str) -> AsyncIterator[Turn]:
        """Wait until it is the stream's turn; the block is the turn, and says what it spent."""
        clock = asyncio.get_running_loop().time
        # Whoever had nothing to ask for a while comes in beside the others, with no claim to what it left.
        had = max(self._had.get(stream_id, 0.0), self._virtual - AHEAD * self._usual)
        self._asking[stream_id] = _Asking(had, clock())
        turn, begun = Turn(), None
        try:
            while had > self._furthest_behind(clock()) + AHEAD * self._usual:
                await self._wait()
            begun = clock()
            self._asking[stream_id] = _Asking(had, begun)
            self._virtual = max(self._virtual, had)
            yield turn
        finally:
            del self._asking[stream_id]
            if begun is not None:
                self._had[stream_id] = had + self._cost(turn, clock() - begun)
            self._changed.set()

    def _cost(self, turn: Turn, seconds: float) -> float:
        """Milliseconds that a turn is charged with; what is usual follows."""
        spent = seconds * 1000 if turn.spent_ms is None else turn.spent_ms
        most = MOST * self._usual or spent
        self._usual += (MEMORY if self._usual else 1.0) * (min(spent, most) - self._usual)
        return spent

    def _furthest_behind(self, now: float) -> float:
        """The least that one of those who ask has had."""
        asking = (one.had for one in self._asking.values() if now - one.since < STUCK_S)
        return min(asking, default=self._virtual)

    async def _wait(self) -> None:
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), STUCK_S)
        except TimeoutError:
            return
