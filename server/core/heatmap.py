"""Heatmap: a decaying grid of person-seconds in normalised coordinates."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from server.core.heat_hours import Blurs, HeatHours, HourHeat, spread
from server.core.tracks import Tracks


class Window(Enum):
    """The time window of a heatmap."""

    MINUTE = "minute"
    QUARTER = "quarter"  # of an hour
    SESSION = "session"
    RESET = "reset"  # since the counters were reset


HALF_LIFE_MS = {Window.MINUTE: 30_000.0, Window.QUARTER: 450_000.0}
"""Windows decay exponentially: marks as old as the window have a quarter of their weight."""
LONG_SIDE_CELLS = 64
"""Cells along the longer side of the frame. 1/64 of it is about the feet of a person of a third of the frame height."""
MAX_STEP_MS = 1_000.0
"""Longest time that one frame adds to the grid, milliseconds: a gap between frames is not a stay."""
SIGMAS = (0.6, 1.2, 2.4, 4.8, 9.6)
"""Standard deviations of the marks, in cells: octaves from one cell to the width of a very close person."""
SPREAD = 0.15
"""Standard deviation of a mark relative to the box height: about the width of the shoulders."""


@dataclass(frozen=True, slots=True)
class HeatmapImage:
    """A heatmap as bytes, ready to send.

    Attributes
    ----------
    window : Window
        The time window.
    columns, rows : int
        Size of the grid.
    max_seconds : float
        Person-seconds represented by the value 255.
    cells : bytes
        `rows` × `columns` unsigned bytes, row-major from the top left.
    """

    window: Window
    columns: int
    rows: int
    max_seconds: float
    cells: bytes


class Heatmap:
    """Person-seconds per cell. Marks are weighted by time, so the result does not depend on the frame rate.

    Each person marks one point in the grid of their size. Blurring happens when an image is requested, twice a second
    instead of for each person and frame.

    Parameters
    ----------
    origin_ms : float
        Wall-clock time at capture time 0, milliseconds, for the hourly heatmaps.
    """

    def __init__(self, origin_ms: float = 0.0) -> None:
        self.window = Window.QUARTER
        self._hours = HeatHours(origin_ms)
        self._recent: NDArray[np.float64] = np.zeros((len(SIGMAS), 1, 1))
        self._grids: dict[Window, NDArray[np.float64]] = {}
        self._blurs: Blurs = []
        self._t: float | None = None
        self._folded_t = 0.0

    def update(self, tracks: Tracks) -> None:
        """Add the time since the previous frame at each person's feet, or by the density grid if crowded."""
        self._resize(tracks.width, tracks.height)
        step = 0.0 if self._t is None else tracks.t - self._t
        self._t = tracks.t
        seconds = min(step, MAX_STEP_MS) / 1000
        if step > 0 and tracks.crowd is not None:
            # The density grid includes detected people. It is sharp already, so use the smallest blur.
            self._recent[0] += resample(tracks.crowd.grid, *self._recent.shape[1:]) * seconds
        elif step > 0 and tracks.people:
            self._mark(np.array([person.box_norm for person in tracks.people]), seconds)

    def reset(self) -> None:
        """Clear the window `Window.RESET`."""
        self._fold()
        if Window.RESET in self._grids:
            self._grids[Window.RESET][:] = 0

    def image(self) -> HeatmapImage:
        """Return the grid of the selected window as bytes, scaled to its maximum."""
        self._fold()
        grid = spread(self._grids[self.window], self._blurs)
        top = float(grid.max())
        scaled = grid * (255 / top) if top > 0 else grid
        rows, columns = grid.shape
        return HeatmapImage(self.window, columns, rows, round(top, 4), np.rint(scaled).astype(np.uint8).tobytes())

    def take_hours(self) -> list[HourHeat]:
        """Return and clear the hourly heatmaps since the last call."""
        self._fold()
        return self._hours.take(self._blurs)

    def _fold(self) -> None:
        """Add recent marks to each window; once per image, not per frame."""
        t = self._t or 0.0
        for window, grid in self._grids.items():
            if window in HALF_LIFE_MS:
                grid *= 0.5 ** ((t - self._folded_t) / HALF_LIFE_MS[window])
            grid += self._recent
        self._hours.add(t, self._recent, self._blurs)
        self._recent[:] = 0
        self._folded_t = t

    def _resize(self, width: int, height: int) -> None:
        """Adapt to the frame's shape. A rotated phone starts new grids, since their cells cover other places."""
        longer = max(width, height)
        rows, columns = (max(1, round(LONG_SIDE_CELLS * side / longer)) for side in (height, width))
        if self._recent.shape[1:] != (rows, columns) or not self._grids:
            self._fold()
            self._hours.finish(self._blurs)
            self._recent = np.zeros((len(SIGMAS), rows, columns))
            self._grids = {window: np.zeros_like(self._recent) for window in Window}
            self._blurs = [(_blur(rows, sigma), _blur(columns, sigma)) for sigma in SIGMAS]

    def _mark(self, boxes: NDArray[np.float64], seconds: float) -> None:
        """Add `seconds` at the feet (bottom centre) of each box, (n, 4) xyxy normalised."""
        _, rows, columns = self._recent.shape
        column = np.clip((boxes[:, 0] + boxes[:, 2]) / 2 * columns, 0, columns - 1).astype(int)
        row = np.clip(boxes[:, 3] * rows, 0, rows - 1).astype(int)
        # Round to the nearest octave.
        sigma = np.maximum(SPREAD * (boxes[:, 3] - boxes[:, 1]) * rows, SIGMAS[0])
        size = np.clip(np.rint(np.log2(sigma / SIGMAS[0])), 0, len(SIGMAS) - 1).astype(int)
        np.add.at(self._recent, (size, row, column), seconds)


def resample(grid: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32] | NDArray[np.float64]:
    """Resample a grid of the same frame to (rows, columns); the sum is preserved."""
    if grid.shape == (rows, columns):
        return grid
    down, along = _overlaps(grid.shape[0], rows), _overlaps(grid.shape[1], columns)
    fitted: NDArray[np.float64] = down @ grid @ along.T
    return fitted


@lru_cache(64)
def _overlaps(before: int, after: int) -> NDArray[np.float64]:
    """Return the fraction of each old cell that lies in each new cell, along one side; (after, before)."""
    ends_before, ends_after = np.arange(before + 1) / before, np.arange(after + 1) / after
    high = np.minimum(ends_after[1:, None], ends_before[None, 1:])
    low = np.maximum(ends_after[:-1, None], ends_before[None, :-1])
    shares: NDArray[np.float64] = np.maximum(high - low, 0) * before
    return shares


def _blur(cells: int, sigma: float) -> NDArray[np.float64]:
    """Return a Gaussian blur matrix that preserves the sum; (cells, cells)."""
    place = np.arange(cells)
    weights = np.exp(-0.5 * ((place[:, None] - place[None]) / sigma) ** 2)
    spread: NDArray[np.float64] = weights / weights.sum(axis=0)
    return spread
