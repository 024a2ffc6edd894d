"""Counts people who cross a line, in both directions."""

from dataclasses import dataclass

import numpy as np

from server.core.footing import Footing
from server.core.geometry import Points
from server.core.zone import Line

FORGET_MS = 10_000.0
"""An identity that was not seen for so long has no side any more."""


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


@dataclass(slots=True)
class _Walker:
    """What is remembered of one identity."""

    side: int  # -1 left, 1 right: the last side that was clear of the band; 0 before any
    offset: float  # signed distance in the last frame
    along: float  # position along the line in the last frame, 0 at its first point, 1 at its second
    crossed_at: float  # position along the line where the offset last changed its sign
    seen: float


class LineCounter:
    """The crossings of one line.

    Whoever is inside the band around the line has not decided: a crossing counts when somebody who was clearly on one
    side is clearly on the other, and went through between the line's end points. Jitter at the line never counts.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.inward = 0
        self.outward = 0
        self._walkers: dict[int, _Walker] = {}
        self._forgot = 0.0

    def update(self, people: Footing) -> list[Crossing]:
        """Take in a frame and return who crossed in it."""
        crossings = []
        if people.ids:
            offsets, along = self._locate(people.feet, people.scale_x)
            places = zip(people.ids, offsets.tolist(), along.tolist(), people.band.tolist(), strict=True)
            for id_, offset, position, band in places:
                inward = self._walk(id_, offset, position, band, people.t)
                if inward is not None:
                    crossings.append(Crossing(id_, people.t, inward))
        self._forget(people.t)
        self.inward += sum(crossing.inward for crossing in crossings)
        self.outward += sum(not crossing.inward for crossing in crossings)
        return crossings

    def reset(self) -> None:
        """Begin the counts anew."""
        self.inward = self.outward = 0

    def restart(self) -> None:
        """Identities start again; the counts stay."""
        self._walkers.clear()

    def _forget(self, t: float) -> None:
        """Drop those who were not seen for long, now and then."""
        if t - self._forgot < FORGET_MS / 10:
            return
        self._forgot = t
        for id_ in [id_ for id_, walker in self._walkers.items() if t - walker.seen > FORGET_MS]:
            del self._walkers[id_]

    def _locate(self, feet: Points, scale_x: float) -> tuple[Points, Points]:
        """Signed distance to the infinite line, positive on its right as seen in the picture; position along it."""
        (ax, ay), (bx, by) = self.line.points_norm
        ex, ey = (bx - ax) * scale_x, by - ay
        length = np.hypot(ex, ey)
        dx, dy = feet[:, 0] - ax * scale_x, feet[:, 1] - ay
        # y grows downwards, so the right hand of somebody who walks along the line is on the positive side.
        return (ex * dy - ey * dx) / length, (dx * ex + dy * ey) / length**2

    def _walk(self, id_: int, offset: float, along: float, band: float, t: float) -> bool | None:
        """Move one identity; the direction of the crossing, None without one."""
        walker = self._walkers.get(id_)
        side = 1 if offset > band else -1 if offset < -band else 0
        if walker is None:
            self._walkers[id_] = _Walker(side, offset, along, along, t)
            return None
        if (offset > 0) != (walker.offset > 0):
            share = walker.offset / (walker.offset - offset) if walker.offset != offset else 0.0
            walker.crossed_at = walker.along + share * (along - walker.along)
        before, walker.offset, walker.along, walker.seen = walker.side, offset, along, t
        if side == 0:
            return None
        walker.side = side
        if before in (0, side) or not 0 <= walker.crossed_at <= 1:
            return None
        return side > 0
