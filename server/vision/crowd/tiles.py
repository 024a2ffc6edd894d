"""Tiles of a frame for closer looks: cores that partition the frame, each with a margin."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.detections import Detections

SIDE = 4
"""Number of tiles along each side of the frame. People appear nearly three times as large as in the whole frame."""
MARGIN = 0.2
"""Margin around a core, as a fraction of the core, so that people at its border are completely visible."""
CUT_PX = 2.0
"""Distance to the tile border within which a box counts as truncated, pixels."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of a frame.

    Attributes
    ----------
    number : int
        0..15, row-major.
    core_xyxy, xyxy : tuple of float, tuple of int
        The core, and the tile with its margin, frame pixels.
    """

    number: int
    core_xyxy: tuple[float, float, float, float]
    xyxy: tuple[int, int, int, int]

    def crop(self, image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the image of the tile, shape (height, width, 3), contiguous."""
        left, top, right, bottom = self.xyxy
        return np.ascontiguousarray(image_bgr[top:bottom, left:right])

    def own(self, found: Detections, height: int, width: int) -> Detections:
        """Return the detections in the core of this tile, in frame pixels, without those truncated by the tile.

        Parameters
        ----------
        found : Detections
            Detections in the crop, crop pixels.
        height, width : int
            Size of the frame, pixels; truncation by the frame border is allowed.
        """
        left, top, right, bottom = self.xyxy
        boxes = found.xyxy + np.array([left, top, left, top])
        cut = (boxes[:, 0] <= left + CUT_PX) & (left > 0)
        cut |= (boxes[:, 1] <= top + CUT_PX) & (top > 0)
        cut |= (boxes[:, 2] >= right - CUT_PX) & (right < width)
        cut |= (boxes[:, 3] >= bottom - CUT_PX) & (bottom < height)
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        inside = (x >= self.core_xyxy[0]) & (x < self.core_xyxy[2]) & (y >= self.core_xyxy[1]) & (y < self.core_xyxy[3])
        kept = inside & ~cut
        return Detections(boxes[kept], found.scores[kept])


def tiles(height: int, width: int) -> Iterator[Tile]:
    """Yield the tiles of a frame of this size, row by row."""
    for number in range(SIDE * SIDE):
        row, column = divmod(number, SIDE)
        top, bottom = _side(row, height)
        left, right = _side(column, width)
        # A person at the frame border belongs to the last core.
        core = (left[0], top[0], np.inf if column == SIDE - 1 else left[1], np.inf if row == SIDE - 1 else top[1])
        yield Tile(number, core, (right[0], bottom[0], right[1], bottom[1]))


def _side(index: int, length: int) -> tuple[tuple[float, float], tuple[int, int]]:
    """Return (begin, end) of a core, and of its tile, along one side of the frame."""
    step = length / SIDE
    begin, end = index * step, (index + 1) * step
    return (begin, end), (max(0, int(begin - MARGIN * step)), min(length, int(np.ceil(end + MARGIN * step))))
