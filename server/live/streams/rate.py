"""How many frames a second a stream offers and how many of them are counted, over the last seconds."""

from collections import deque
from dataclasses import dataclass

WINDOW_S = 5.0
"""Long enough for two frames a second to give a rate, short enough to follow a machine that fills up."""
SETTLED_S = 1.0
"""Before this a rate would be made of one or two frames."""
FULL = 0.9
"""Share of the time in which a frame of the stream is with the engine: from here on nothing else limits its rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames a second.

    Attributes
    ----------
    offered, counted : float
        That arrived, and of these that were processed.
    full : bool
        The machine decides the rate: as soon as it is done with a frame of this stream there is another.
    """

    offered: float
    counted: float
    full: bool


class RateMeter:
    """Measures one stream.

    Parameters
    ----------
    now : float
        When the stream opened; seconds, monotonic, as all times here.
    """

    def __init__(self, now: float) -> None:
        self._opened = now
        self._arrived: deque[float] = deque()
        self._counted: deque[tuple[float, float]] = deque()

    def arrive(self, now: float) -> None:
        """A frame arrived."""
        self._arrived.append(now)
        self._forget(now)

    def count(self, begun: float, now: float) -> None:
        """A frame was processed that the engine had since `begun`."""
        self._counted.append((now, now - begun))
        self._forget(now)

    def rate(self, now: float) -> Rate:
        """The rates of the last seconds."""
        self._forget(now)
        seconds = min(WINDOW_S, max(SETTLED_S, now - self._opened))
        busy = sum(spent for _, spent in self._counted) / seconds
        return Rate(len(self._arrived) / seconds, len(self._counted) / seconds, busy >= FULL)

    def _forget(self, now: float) -> None:
        while self._arrived and self._arrived[0] <= now - WINDOW_S:
            self._arrived.popleft()
        while self._counted and self._counted[0][0] <= now - WINDOW_S:
            self._counted.popleft()
