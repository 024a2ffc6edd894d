"""Crowd estimates: the number of people in frames with too many to detect individually."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np
from numpy.typing import NDArray

SAMPLING_SIGMAS = 1.28
"""Standard deviations that cover 80 %: the range of sampling error for a part of the frame."""

ROUNDING = 1e-4
"""Tolerance for sums of single-precision cells, people. Without it, a part equal to the frame would get a wider
range."""


WHOLE_TOLERANCE = 1e-5
"""Relative tolerance within which a part counts as the whole frame. The square root below amplifies tiny
differences."""


class Method(StrEnum):
    """How a number of people was obtained."""

    BOXES = "boxes"  # detections only
    MIXED = "mixed"  # detections for large people, density for the rest
    DENSITY = "density"


@dataclass(frozen=True, slots=True)
class CrowdFigure:
    """A crowd estimate with its range.

    Attributes
    ----------
    estimate : float
        People.
    low, high : int
        Range of the true number of people, about 90 % likely.
    method : Method
    """

    estimate: float
    low: int
    high: int
    method: Method


def people_of(count: int, crowd: CrowdFigure | None) -> float:
    """Return the displayed number of people: the crowd estimate if there is one, else `count`."""
    return float(count) if crowd is None else crowd.estimate


@dataclass(frozen=True, slots=True, eq=False)  # a generated __hash__ would hash the grid, which is unhashable
class Crowd:
    """The crowd estimate of a frame with its density grid.

    Attributes
    ----------
    figure : CrowdFigure
        The estimate for the whole frame.
    version : int
        Increases with each new grid of a stream; equal versions mean equal grids.
    grid : ndarray of float32, shape (rows, columns)
        People in each cell of the frame, detected ones included. The sum is within 2 % of the estimate, because the
        grid is kept while the estimate changes by less (`server.core.crowd_versions`).
    """

    figure: CrowdFigure
    version: int
    grid: NDArray[np.float32]

    def part(self, mask: NDArray[np.float32], seen: int = 0) -> CrowdFigure:
        """Return the estimate for a part of the frame.

        Its relative error is that of the whole estimate plus sampling error, which grows as the part gets smaller.

        Parameters
        ----------
        mask : ndarray of float32, shape (rows, columns)
            Fraction of each cell that belongs to the part, 0..1.
        seen : int
            People detected in the part, a lower bound for the estimate.
        """
        whole = self.figure
        grid_sum = float(self.grid.sum(dtype=np.float64))
        scale = whole.estimate / grid_sum if grid_sum > 0 else 0.0
        people = max(float((self.grid * mask).sum(dtype=np.float64)) * scale, float(seen))
        if whole.estimate <= 0:
            return CrowdFigure(people, seen, max(seen, whole.high), whole.method)
        if abs(people - whole.estimate) < WHOLE_TOLERANCE * whole.estimate:
            people = whole.estimate
        share = min(1.0, people / whole.estimate)
        chance = SAMPLING_SIGMAS * (people * (1 - share)) ** 0.5
        low = int(people * whole.low / whole.estimate - chance + ROUNDING)
        high = ceil(people * whole.high / whole.estimate + chance - ROUNDING)
        return CrowdFigure(people, max(min(low, int(people)), seen, 0), max(high, ceil(people)), whole.method)

    def is_same(self, other: "Crowd") -> bool:
        """Return whether another crowd of the same stream is equal, without comparing the grids."""
        return (self.figure, self.version) == (other.figure, other.version)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Crowd):
            return NotImplemented
        return self.is_same(other) and np.array_equal(self.grid, other.grid)
