"""Where people were, hour by hour of the clock: what a heatmap keeps when its windows have faded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000.0

Blurs = list[tuple[NDArray[np.float64], NDArray[np.float64]]]
"""For each size of person the matrices that spread its marks: down the rows, along the columns."""


@dataclass(frozen=True, slots=True)
class HourHeat:
    """One hour, or what of it has not been taken yet.

    Attributes
    ----------
    start_ms : float
        When the hour began, in the clock of the origin.
    cells : NDArray
        (rows, columns) person-seconds.
    """

    start_ms: float
    cells: NDArray[np.float64]


def spread(grids: NDArray[np.float64], blurs: Blurs) -> NDArray[np.float64]:
    """Marks by size, (sizes, rows, columns), as one picture, (rows, columns), with the same sum."""
    total: NDArray[np.float64] = np.sum(
        [down @ one @ along.T for one, (down, along) in zip(grids, blurs, strict=True)], axis=0
    )
    return total


class HeatHours:
    """Collects marks by the hour until somebody takes them.

    Parameters
    ----------
    origin_ms : float
        The clock at capture time 0, milliseconds.
    """

    def __init__(self, origin_ms: float) -> None:
        self._origin_ms = origin_ms
        self._grids: dict[float, NDArray[np.float64]] = {}
        self._done: list[HourHeat] = []

    def add(self, t: float, marks: NDArray[np.float64], blurs: Blurs) -> None:
        """Marks of the moments up to `t`; a frame of another shape begins other grids."""
        start = (self._origin_ms + t) // HOUR_MS * HOUR_MS
        known = self._grids.get(start)
        if known is None or known.shape != marks.shape:
            self.settle(blurs)
            self._grids = {start: marks.copy()}
        else:
            known += marks

    def settle(self, blurs: Blurs) -> None:
        """An hour is over, or asked for: what there is becomes a picture."""
        for start, grid in self._grids.items():
            if grid.any():
                self._done.append(HourHeat(start, spread(grid, blurs)))
        self._grids = {}

    def take(self, blurs: Blurs) -> list[HourHeat]:
        """Hand over what was collected since the last time; an hour may come in parts."""
        self.settle(blurs)
        done, self._done = self._done, []
        return done
