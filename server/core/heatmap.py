"""Where people have been: a decaying grid of person-seconds in normalised coordinates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.tracks import Tracks

LONG_SIDE_CELLS = 64
"""Cells along the frame's longer side: 1/64 of a frame is about the feet of a person who fills a third of it."""
HALF_LIFE_MS = 60_000.0
"""After a minute a visit weighs half: the picture is of the last few minutes."""
MAX_STEP_MS = 1_000.0
"""A person seen once stands for at most this long: a gap in the pictures is not a stay."""
SPREAD = 0.15
"""Standard deviation of a person's mark, as a fraction of the box's height: about the width of the shoulders."""


@dataclass(frozen=True, slots=True)
class HeatmapImage:
    """A grid ready to send.

    Attributes
    ----------
    columns, rows : int
        Size of the grid.
    max_seconds : float
        Person-seconds that the value 255 stands for.
    cells : bytes
        `rows` × `columns` unsigned bytes, row by row from the top left.
    """

    columns: int
    rows: int
    max_seconds: float
    cells: bytes


class Heatmap:
    """Person-seconds per cell, weighted by time, so that the frame rate does not matter."""

    def __init__(self) -> None:
        self._grid: NDArray[np.float32] = np.zeros((1, 1), np.float32)
        self._t: float | None = None

    def update(self, tracks: Tracks) -> None:
        """Add the time since the frame before to where each person's feet are."""
        self._fit(tracks.width, tracks.height)
        step = 0.0 if self._t is None else tracks.t - self._t
        self._t = tracks.t
        if step <= 0:
            return
        self._grid *= np.float32(0.5 ** (step / HALF_LIFE_MS))
        seconds = min(step, MAX_STEP_MS) / 1000
        for person in tracks.people:
            self._mark(person.box_norm, seconds)

    def image(self) -> HeatmapImage:
        """The grid as bytes, scaled to its own maximum."""
        top = float(self._grid.max())
        scaled = self._grid * (255 / top) if top > 0 else self._grid
        rows, columns = self._grid.shape
        return HeatmapImage(columns, rows, round(top, 4), np.rint(scaled).astype(np.uint8).tobytes())

    def _fit(self, width: int, height: int) -> None:
        """Take the frame's shape. A turned phone starts a new grid: its cells mean other places."""
        longer = max(width, height)
        shape = (max(1, round(LONG_SIDE_CELLS * height / longer)), max(1, round(LONG_SIDE_CELLS * width / longer)))
        if shape != self._grid.shape:
            self._grid = np.zeros(shape, np.float32)

    def _mark(self, box_norm: tuple[float, float, float, float], seconds: float) -> None:
        """Spread `seconds` as a Gaussian around the feet (bottom centre), its sum being `seconds`.

        A person is marked as wide as high on the grid's cells, which are square in the picture.
        """
        left, top, right, bottom = box_norm
        rows, columns = self._grid.shape
        x, y = (left + right) / 2 * columns - 0.5, bottom * rows - 0.5
        sigma = max(0.5, SPREAD * (bottom - top) * rows)
        reach = int(np.ceil(3 * sigma))
        column_from, column_to = max(0, int(x) - reach), min(columns, int(x) + reach + 2)
        row_from, row_to = max(0, int(y) - reach), min(rows, int(y) + reach + 2)
        if column_from >= column_to or row_from >= row_to:
            return
        across = np.exp(-0.5 * ((np.arange(column_from, column_to) - x) / sigma) ** 2)
        down = np.exp(-0.5 * ((np.arange(row_from, row_to) - y) / sigma) ** 2)
        mark = np.outer(down, across)
        self._grid[row_from:row_to, column_from:column_to] += (mark * (seconds / mark.sum())).astype(np.float32)
