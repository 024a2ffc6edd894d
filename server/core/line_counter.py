"""Crossing counts of one line."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.core.zone import Line, LineMode


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person's crossing of a line.

    Attributes
    ----------
    id : int
        Track ID.
    t : float
        Capture time of the frame that confirmed the crossing, milliseconds.
    inward : bool
        Whether the person crossed from left to right, looking along the line.
    """

    id: int
    t: float
    inward: bool


@dataclass(frozen=True, slots=True)
class LineReport:
    """The counts of a line after a frame: people inward and outward so far, and the crossings of this frame."""

    line: Line
    inward: int
    outward: int
    crossings: tuple[Crossing, ...]


class LineCounter:
    """The crossing counter of one line.

    In the mode `LineMode.ONCE`, a crossing back cancels the previous one, so each track ID counts at most once.

    Parameters
    ----------
    line : Line
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self._inward = 0
        self._outward = 0
        self._net: dict[int, int] = {}

    def update(self, crossings: tuple[Crossing, ...]) -> LineReport:
        """Count the crossings of a frame."""
        for crossing in crossings:
            if self.line.mode is LineMode.ONCE:
                self._count_once(crossing)
            else:
                self._add(1, inward=crossing.inward)
        return LineReport(self.line, self._inward, self._outward, crossings)

    def forget(self, ids: Iterable[int]) -> None:
        """Drop the state of these track IDs; they will not be reused."""
        for id_ in ids:
            self._net.pop(id_, None)

    def reset(self) -> None:
        """Reset the counts."""
        self._inward = self._outward = 0
        self._net.clear()

    def restart(self) -> None:
        """Handle a restart of the track IDs; the counts persist."""
        self._net.clear()

    def _count_once(self, crossing: Crossing) -> None:
        before, way = self._net.get(crossing.id, 0), 1 if crossing.inward else -1
        if before == way:
            return  # the crossing back was missed
        self._net[crossing.id] = before + way
        if before == 0:
            self._add(1, inward=crossing.inward)
        else:
            self._add(-1, inward=not crossing.inward)

    def _add(self, people: int, *, inward: bool) -> None:
        if inward:
            self._inward += people
        else:
            self._outward += people
