"""Heatmaps by hour of the wall clock, for the history."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000.0

Blurs = list[tuple[NDArray[np.float64], NDArray[np.float64]]]
"""For each person size, the blur matrices for rows and for columns."""


@dataclass(frozen=True, slots=True)
class HourHeat:
    """The heatmap of one hour, or of the part of it not yet taken.

    Attributes
    ----------
    start_ms : float
        Start of the hour, wall-clock time, milliseconds.
    cells : NDArray
        Person-seconds, shape (rows, columns).
    """

    start_ms: float
    cells: NDArray[np.float64]


def spread(grids: NDArray[np.float64], blurs: Blurs) -> NDArray[np.float64]:
    """Blur the marks of each size, (sizes, rows, columns), and add them up, (rows, columns); the sum is preserved."""
    total: NDArray[np.float64] = np.sum(
        [down @ one @ along.T for one, (down, along) in zip(grids, blurs, strict=True)], axis=0
    )
    return total


class HeatHours:
    """Accumulates heatmap marks by hour until they are taken.

    Parameters
    ----------
    origin_ms : float
        Wall-clock time at capture time 0, milliseconds.
    """

    def __init__(self, origin_ms: float) -> None:
        self._origin_ms = origin_ms
        self._grids: dict[float, NDArray[np.float64]] = {}
        self._done: list[HourHeat] = []

    def add(self, t: float, marks: NDArray[np.float64], blurs: Blurs) -> None:
        """Add the marks of the time up to `t` (capture time, ms). A new grid shape starts a new grid."""
        start = (self._origin_ms + t) // HOUR_MS * HOUR_MS
        known = self._grids.get(start)
        if known is None or known.shape != marks.shape:
            self.finish(blurs)
            self._grids = {start: marks.copy()}
        else:
            known += marks

    def finish(self, blurs: Blurs) -> None:
        """Blur the accumulated marks into finished heatmaps."""
        for start, grid in self._grids.items():
            if grid.any():
                self._done.append(HourHeat(start, spread(grid, blurs)))
        self._grids = {}

    def take(self, blurs: Blurs) -> list[HourHeat]:
        """Return and clear the heatmaps since the last call. An hour may come in several parts."""
        self.finish(blurs)
        done, self._done = self._done, []
        return done
