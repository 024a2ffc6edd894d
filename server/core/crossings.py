"""Finds out who crosses which line, in both directions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.foot_points import FootPoints
from server.core.geometry import Points
from server.core.line_counter import Crossing, LineCounter, LineReport
from server.core.line_sides import LineSideTracker
from server.core.zone import Line

__all__ = ["Crossing", "Crossings", "LineReport"]


class Crossings:
    """The crossings of a stream's lines.

    A crossing counts when a person who was on one side is on the other beyond doubt (`LineSideTracker`), and went
    through between the line's end points. Jitter at the line never counts, and walking along it does not.

    Parameters
    ----------
    lines : sequence of Line
    """

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._counters = [LineCounter(line) for line in lines]
        self._walkers = LineSideTracker(len(lines))

    def set_lines(self, lines: Sequence[Line]) -> None:
        """The user changed what is drawn: lines that stayed where they were keep counting.

        Another mode resets the counts of a line; where people are stays known.
        """
        known = {_place(counter.line): index for index, counter in enumerate(self._counters)}
        before = [known.get(_place(line)) for line in lines]
        self._counters = [
            LineCounter(line) if index is None else _changed(self._counters[index], line)
            for line, index in zip(lines, before, strict=True)
        ]
        self._walkers.choose(before)

    def update(self, people: FootPoints) -> tuple[LineReport, ...]:
        """Take in a frame and say of each line what is known after it."""
        if not self._counters:
            return ()
        found: list[list[Crossing]] = [[] for _ in self._counters]
        if people.ids:
            sides = self._walkers.move(people, *self._locate(people.feet, people.spread, people.scale_x))
            for line, person in np.argwhere(sides).tolist():
                found[line].append(Crossing(people.ids[person], people.t, bool(sides[line, person] > 0)))
        gone = self._walkers.forget(people.t)
        for counter in self._counters:
            counter.forget(gone)
        return tuple(counter.update(tuple(crossings)) for counter, crossings in zip(self._counters, found, strict=True))

    def pause(self) -> tuple[LineReport, ...]:
        """People cannot be followed: nobody crosses, and on which side they were says nothing later on."""
        self.restart()
        return tuple(counter.update(()) for counter in self._counters)

    def reset(self) -> None:
        """Reset the counts."""
        for counter in self._counters:
            counter.reset()

    def restart(self) -> None:
        """Identities start again; the counts stay."""
        self._walkers.clear()
        for counter in self._counters:
            counter.restart()

    def _locate(
        self, feet: Points, spread: Points, scale_x: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Where the feet are, seen from each line; all (lines, n).

        Signed distance to the infinite line in frame heights, positive on its right as seen in the picture; position
        along it, 0 at its first point and 1 at its second; standard deviation of the distance.
        """
        points = np.array([counter.line.points_norm for counter in self._counters]) * (scale_x, 1.0)
        start, way = points[:, 0, :, None], (points[:, 1] - points[:, 0])[:, :, None]
        dx, dy = feet[:, 0] - start[:, 0], feet[:, 1] - start[:, 1]
        ex, ey = way[:, 0], way[:, 1]
        length = np.hypot(ex, ey)
        # y grows downwards, so the right hand of a person who walks along the line is on the positive side.
        offset, along = (ex * dy - ey * dx) / length, (dx * ex + dy * ey) / length**2
        return offset, along, np.hypot(ex * spread[:, 1], ey * spread[:, 0]) / length


def _place(line: Line) -> tuple[object, ...]:
    """What of a line decides on which side of it a person is."""
    return line.id, line.points_norm


def _changed(counter: LineCounter, line: Line) -> LineCounter:
    """The counter for a line that stayed where it was."""
    if counter.line.mode is not line.mode:
        return LineCounter(line)
    counter.line = line
    return counter
