"""Counts people who cross lines, in both directions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.footing import Footing
from server.core.geometry import Points
from server.core.walkers import Walkers
from server.core.zone import Line


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


class Crossings:
    """The crossings of a stream's lines.

    Whoever is inside the band around a line has not decided: a crossing counts when somebody who was clearly on one
    side is clearly on the other, and went through between the line's end points. Jitter at the line never counts.

    Parameters
    ----------
    lines : sequence of Line
    """

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self._lines = tuple(lines)
        self._counts = [[0, 0] for _ in lines]
        self._walkers = Walkers(len(lines))

    def set_lines(self, lines: Sequence[Line]) -> None:
        """The user changed what is drawn: lines that stayed where they were go on counting."""
        known = {(line.id, line.points_norm): index for index, line in enumerate(self._lines)}
        before = [known.get((line.id, line.points_norm)) for line in lines]
        self._counts = [[0, 0] if index is None else self._counts[index] for index in before]
        self._walkers.choose(before)
        self._lines = tuple(lines)

    def update(self, people: Footing) -> tuple[LineReport, ...]:
        """Take in a frame and say of each line what is known after it."""
        if not self._lines:
            return ()
        found: list[list[Crossing]] = [[] for _ in self._lines]
        if people.ids:
            sides = self._walkers.move(people, *self._locate(people.feet, people.scale_x))
            for line, person in np.argwhere(sides).tolist():
                inward = bool(sides[line, person] > 0)
                found[line].append(Crossing(people.ids[person], people.t, inward))
                self._counts[line][not inward] += 1
        self._walkers.forget(people.t)
        rows = zip(self._lines, self._counts, found, strict=True)
        return tuple(LineReport(line, came, went, tuple(crossings)) for line, (came, went), crossings in rows)

    def reset(self) -> None:
        """Begin the counts anew."""
        self._counts = [[0, 0] for _ in self._lines]

    def restart(self) -> None:
        """Identities start again; the counts stay."""
        self._walkers.clear()

    def _locate(self, feet: Points, scale_x: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the feet are, seen from each line; both (lines, n).

        Signed distance to the infinite line in frame heights, positive on its right as seen in the picture; position
        along it, 0 at its first point and 1 at its second.
        """
        points = np.array([line.points_norm for line in self._lines]) * (scale_x, 1.0)
        start, way = points[:, 0, :, None], (points[:, 1] - points[:, 0])[:, :, None]
        dx, dy = feet[:, 0] - start[:, 0], feet[:, 1] - start[:, 1]
        ex, ey = way[:, 0], way[:, 1]
        length = np.hypot(ex, ey)
        # y grows downwards, so the right hand of somebody who walks along the line is on the positive side.
        return (ex * dy - ey * dx) / length, (dx * ex + dy * ey) / length**2
