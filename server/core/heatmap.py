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
SIGMAS = (0.6, 1.2, 2.4, 4.8, 9.6)
"""Standard deviations of people's marks, in cells: octaves from one cell to the width of a very close person."""
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
    """Person-seconds per cell, weighted by time, so that the frame rate does not matter.

    Each person is a point in the grid of its size; the grids are blurred by their sizes when the picture is asked for,
    twice a second instead of once for every person and frame.
    """

    def __init__(self) -> None:
        self._grids: NDArray[np.float64] = np.zeros((len(SIGMAS), 1, 1))
        self._blurs: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = [(np.ones((1, 1)), np.ones((1, 1)))]
        self._t: float | None = None

    def update(self, tracks: Tracks) -> None:
        """Add the time since the frame before to where each person's feet are."""
        self._fit(tracks.width, tracks.height)
        step = 0.0 if self._t is None else tracks.t - self._t
        self._t = tracks.t
        if step <= 0:
            return
        self._grids *= 0.5 ** (step / HALF_LIFE_MS)
        if tracks.people:
            boxes = np.array([person.box_norm for person in tracks.people])
            self._mark(boxes, min(step, MAX_STEP_MS) / 1000)

    def image(self) -> HeatmapImage:
        """The grid as bytes, scaled to its own maximum."""
        blurred = [down @ grid @ across.T for grid, (down, across) in zip(self._grids, self._blurs, strict=False)]
        grid = np.sum(blurred, axis=0)
        top = float(grid.max())
        scaled = grid * (255 / top) if top > 0 else grid
        rows, columns = grid.shape
        return HeatmapImage(columns, rows, round(top, 4), np.rint(scaled).astype(np.uint8).tobytes())

    def _fit(self, width: int, height: int) -> None:
        """Take the frame's shape. A turned phone starts a new grid: its cells mean other places."""
        longer = max(width, height)
        rows, columns = (max(1, round(LONG_SIDE_CELLS * side / longer)) for side in (height, width))
        if self._grids.shape[1:] != (rows, columns):
            self._grids = np.zeros((len(SIGMAS), rows, columns))
            self._blurs = [(_blur(rows, sigma), _blur(columns, sigma)) for sigma in SIGMAS]

    def _mark(self, boxes: NDArray[np.float64], seconds: float) -> None:
        """Add `seconds` at the feet (bottom centre) of each box, (n, 4) xyxy normalised."""
        _, rows, columns = self._grids.shape
        column = np.clip((boxes[:, 0] + boxes[:, 2]) / 2 * columns, 0, columns - 1).astype(int)
        row = np.clip(boxes[:, 3] * rows, 0, rows - 1).astype(int)
        # The nearest size on the scale of octaves.
        sigma = np.maximum(SPREAD * (boxes[:, 3] - boxes[:, 1]) * rows, SIGMAS[0])
        size = np.clip(np.rint(np.log2(sigma / SIGMAS[0])), 0, len(SIGMAS) - 1).astype(int)
        np.add.at(self._grids, (size, row, column), seconds)


def _blur(cells: int, sigma: float) -> NDArray[np.float64]:
    """A matrix that spreads each cell as a Gaussian and keeps its sum; (cells, cells)."""
    place = np.arange(cells)
    weights = np.exp(-0.5 * ((place[:, None] - place[None]) / sigma) ** 2)
    spread: NDArray[np.float64] = weights / weights.sum(axis=0)
    return spread
