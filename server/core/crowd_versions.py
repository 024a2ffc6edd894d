"""Version numbers for the density grids of a stream, so that readers can skip grids they already have."""

import numpy as np
from numpy.typing import NDArray

from server.core.crowd import Crowd, CrowdFigure

MAX_DRIFT = 0.02
"""Relative change of the estimate up to which the grid is kept. Otherwise each new detection would cause a new map
that looks the same."""


class CrowdVersions:
    """Assigns versions to grids: equal versions mean bit-identical grids, and versions only increase."""

    def __init__(self) -> None:
        self._version = 0
        self._source: int | None = None
        self._current: tuple[float, NDArray[np.float32]] | None = None

    def forget(self) -> None:
        """Force a new version for the next grid."""
        self._current = None

    def crowd(self, source: int, figure: CrowdFigure, grid: NDArray[np.float32]) -> Crowd:
        """Return the crowd of a frame.

        Parameters
        ----------
        source : int
            Identifier of the unscaled grid; equal numbers mean equal grids.
        figure : CrowdFigure
        grid : ndarray of float32, shape (rows, columns)
            Density of any scale; not all zero if the estimate is above 0.
        """
        current = self._current
        if current is None or source != self._source or abs(figure.estimate - current[0]) > MAX_DRIFT * current[0]:
            self._version, self._source = self._version + 1, source
            current = self._current = figure.estimate, _scaled(grid, figure.estimate)
        return Crowd(figure, self._version, current[1])


def _scaled(grid: NDArray[np.float32], people: float) -> NDArray[np.float32]:
    """Return the grid scaled to a sum of `people`."""
    total = float(grid.sum(dtype=np.float64))
    return (grid * (people / total)).astype(np.float32) if total > 0 else grid
