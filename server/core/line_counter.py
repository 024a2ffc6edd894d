"""Counts the crossings of one line."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.core.zone import Line, LineMode


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person crossed.

    Attributes
    ----------
    id : int
        Identity.
    t : float
        Capture time in milliseconds of the frame in which it was certain.
    inward : bool
        From left to right of the line's direction.
    """

    id: int
    t: float
    inward: bool


@dataclass(frozen=True, slots=True)
class LineReport:
    """What is known of a line after a frame: people who crossed inward and outward so far, and those of this frame."""

    line: Line
    inward: int
    outward: int
    crossings: tuple[Crossing, ...]


class LineCounter:
    """The counts of one line.

    In the mode `LineMode.ONCE` a person's way back takes back what the way there counted, so each identity counts at
    most once, in the direction that is left in the end.

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
        """Take in the crossings of a frame."""
        for crossing in crossings:
            if self.line.mode is LineMode.ONCE:
                self._count_once(crossing)
            else:
                self._add(1, inward=crossing.inward)
        return LineReport(self.line, self._inward, self._outward, crossings)

    def forget(self, ids: Iterable[int]) -> None:
        """These identities do not come back."""
        for id_ in ids:
            self._net.pop(id_, None)

    def reset(self) -> None:
        """Reset the counts."""
        self._inward = self._outward = 0
        self._net.clear()

    def restart(self) -> None:
        """Identities start again; the counts stay."""
        self._net.clear()

    def _count_once(self, crossing: Crossing) -> None:
        before, way = self._net.get(crossing.id, 0), 1 if crossing.inward else -1
        if before == way:
            return  # the way back was not seen
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
