"""How many people a crowded frame shows, where boxes do not tell."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np
from numpy.typing import NDArray

LOCAL = 1.28
"""Standard deviations on either side that hold eight in ten: how far chance alone moves the people of a part."""

ROUNDING = 1e-4
"""People: what a sum of single-precision cells may be off by; the part that is all of the frame has its range."""


WHOLE = 1e-5
"""Share by which a part may differ from the frame and is all of it: the root of so little would widen its range."""


class Method(StrEnum):
    """How a number of people was found."""

    BOXES = "boxes"  # detections alone
    MIXED = "mixed"  # large people by boxes, the rest by density
    DENSITY = "density"


@dataclass(frozen=True, slots=True)
class CrowdFigure:
    """An estimate with its range.

    Attributes
    ----------
    estimate : float
        People.
    low, high : int
        The number of people lies between them about nine times in ten.
    method : Method
    """

    estimate: float
    low: int
    high: int
    method: Method


def people_of(count: int, crowd: CrowdFigure | None) -> float:
    """Return the number of people that is shown: the estimate where there is one, else the boxed people."""
    return float(count) if crowd is None else crowd.estimate


@dataclass(frozen=True, slots=True, eq=False)  # a generated hash would ask the grid, which has none
class Crowd:
    """The estimate of a frame and where its people are.

    Attributes
    ----------
    figure : CrowdFigure
        Of the whole frame.
    version : int
        Grows with each new grid of a stream; the same version is the same grid.
    grid : ndarray of float32, shape (rows, columns)
        People in each cell of the frame, boxed ones included. The sum is the estimate to within 2 %, for the grid stays
        while the estimate moves by less (`server.core.crowd_versions`).
    """

    figure: CrowdFigure
    version: int
    grid: NDArray[np.float32]

    def part(self, mask: NDArray[np.float32], seen: int = 0) -> CrowdFigure:
        """Return the estimate of a part of the frame.

        What the whole estimate may be off by, the part may be off by, too; chance comes on top, and the more the
        smaller the part.

        Parameters
        ----------
        mask : ndarray of float32, shape (rows, columns)
            How much of each cell belongs to the part, 0..1.
        seen : int
            People who were boxed in it: there are at least so many.
        """
        whole = self.figure
        there = float(self.grid.sum(dtype=np.float64))
        scale = whole.estimate / there if there > 0 else 0.0
        people = max(float((self.grid * mask).sum(dtype=np.float64)) * scale, float(seen))
        if whole.estimate <= 0:
            return CrowdFigure(people, seen, max(seen, whole.high), whole.method)
        if abs(people - whole.estimate) < WHOLE * whole.estimate:
            people = whole.estimate
        share = min(1.0, people / whole.estimate)
        chance = LOCAL * (people * (1 - share)) ** 0.5
        low = int(people * whole.low / whole.estimate - chance + ROUNDING)
        high = ceil(people * whole.high / whole.estimate + chance - ROUNDING)
        return CrowdFigure(people, max(min(low, int(people)), seen, 0), max(high, ceil(people)), whole.method)

    def is_same(self, other: "Crowd") -> bool:
        """Whether another one of the same stream says the same, without a look at its cells."""
        return (self.figure, self.version) == (other.figure, other.version)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Crowd):
            return NotImplemented
        return self.is_same(other) and np.array_equal(self.grid, other.grid)
