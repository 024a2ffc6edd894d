"""Numbers the grids of a stream's crowd, so that a version tells whether a reader has the grid already."""

import numpy as np
from numpy.typing import NDArray

from server.core.crowd import Crowd, CrowdFigure

DRIFT = 0.02
"""Share by which the estimate may move and the grid stays: with each boxed person who comes or goes a reader would get
a new map that looks the same."""


class CrowdVersions:
    """The same version is the same grid to the bit; versions only grow."""

    def __init__(self) -> None:
        self._version = 0
        self._source: int | None = None
        self._held: tuple[float, NDArray[np.float32]] | None = None

    def forget(self) -> None:
        """Make the next grid a new one, whatever it holds."""
        self._held = None

    def crowd(self, source: int, figure: CrowdFigure, grid: NDArray[np.float32]) -> Crowd:
        """Return the crowd of a frame.

        Parameters
        ----------
        source : int
            Which grid it is before it is scaled; the same number is the same grid.
        figure : CrowdFigure
        grid : ndarray of float32, shape (rows, columns)
            Where the people are, of any scale; not all zero where there are people.
        """
        held = self._held
        if held is None or source != self._source or abs(figure.estimate - held[0]) > DRIFT * held[0]:
            self._version, self._source = self._version + 1, source
            held = self._held = figure.estimate, _scaled(grid, figure.estimate)
        return Crowd(figure, self._version, held[1])


def _scaled(grid: NDArray[np.float32], people: float) -> NDArray[np.float32]:
    """The cells so that they add up to so many people."""
    total = float(grid.sum(dtype=np.float64))
    return (grid * (people / total)).astype(np.float32) if total > 0 else grid
