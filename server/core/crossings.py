"""Line crossings of tracked people, in both directions."""

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
    """The crossing counters of a stream's lines.

    A crossing counts once a track has changed sides with certainty (`LineSideTracker`) between the line's end points.
    Jitter at the line and walking along it do not count.

    Parameters
    ----------
    lines : sequence of Line
    """

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._counters = [LineCounter(line) for line in lines]
        self._sides = LineSideTracker(len(lines))

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Replace the lines. Lines that were not moved keep their counts.

        A new mode resets a line's counts; the sides of people persist.
        """
        known = {_place(counter.line): index for index, counter in enumerate(self._counters)}
        before = [known.get(_place(line)) for line in lines]
        self._counters = [
            LineCounter(line) if index is None else _changed(self._counters[index], line)
            for line, index in zip(lines, before, strict=True)
        ]
        self._sides.set_lines(before)

    def update(self, people: FootPoints) -> tuple[LineReport, ...]:
        """Process a frame and return a report for each line."""
        if not self._counters:
            return ()
        found: list[list[Crossing]] = [[] for _ in self._counters]
        if people.ids:
            sides = self._sides.update(people, *self._locate(people.feet, people.spread, people.scale_x))
            for line, person in np.argwhere(sides).tolist():
                found[line].append(Crossing(people.ids[person], people.t, bool(sides[line, person] > 0)))
        dropped = self._sides.forget(people.t)
        for counter in self._counters:
            counter.forget(dropped)
        return tuple(counter.update(tuple(crossings)) for counter, crossings in zip(self._counters, found, strict=True))

    def pause(self) -> tuple[LineReport, ...]:
        """Process a frame without tracking: no crossings, and the sides of people are forgotten."""
        self.restart()
        return tuple(counter.update(()) for counter in self._counters)

    def reset(self) -> None:
        """Reset the counts."""
        for counter in self._counters:
            counter.reset()

    def restart(self) -> None:
        """Handle a restart of the track IDs; the counts persist."""
        self._sides.clear()
        for counter in self._counters:
            counter.restart()

    def _locate(
        self, feet: Points, spread: Points, scale_x: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the feet positions relative to each line: offset, along, spread; each of shape (lines, n).

        `offset` is the signed distance to the infinite line in frame heights, positive on its right in the image.
        `along` is the position along it, 0 at its first point and 1 at its second. `spread` is the standard deviation
        of `offset`.
        """
        points = np.array([counter.line.points_norm for counter in self._counters]) * (scale_x, 1.0)
        start, direction = points[:, 0, :, None], (points[:, 1] - points[:, 0])[:, :, None]
        dx, dy = feet[:, 0] - start[:, 0], feet[:, 1] - start[:, 1]
        ex, ey = direction[:, 0], direction[:, 1]
        length = np.hypot(ex, ey)
        # The y axis points down, so the right-hand side of the walking direction is positive.
        offset, along = (ex * dy - ey * dx) / length, (dx * ex + dy * ey) / length**2
        return offset, along, np.hypot(ex * spread[:, 1], ey * spread[:, 0]) / length


def _place(line: Line) -> tuple[object, ...]:
    """Return the properties of a line that determine the sides of people."""
    return line.id, line.points_norm


def _changed(counter: LineCounter, line: Line) -> LineCounter:
    """Return the counter of a line that was not moved."""
    if counter.line.mode is not line.mode:
        return LineCounter(line)
    counter.line = line
    return counter
