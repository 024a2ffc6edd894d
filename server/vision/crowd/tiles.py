"""Parts of a frame for closer looks: cores that fill it without overlap, each with a margin around it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.detections import Detections

SIDE = 4
"""Tiles along each side of the frame: people come out nearly three times as large as in a look at the whole frame."""
MARGIN = 0.2
"""Around a core, as a fraction of it: a person at the border of a core is seen whole."""
CUT_PX = 2.0
"""A box that ends so close to the border of a tile is cut by it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a frame.

    Attributes
    ----------
    number : int
        0..15, row by row.
    core_xyxy, xyxy : tuple of float, tuple of int
        The core and the tile with its margin, pixels of the frame.
    """

    number: int
    core_xyxy: tuple[float, float, float, float]
    xyxy: tuple[int, int, int, int]

    def crop(self, image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the tile's pixels, shape (height, width, 3), contiguous."""
        left, top, right, bottom = self.xyxy
        return np.ascontiguousarray(image_bgr[top:bottom, left:right])

    def own(self, found: Detections, height: int, width: int) -> Detections:
        """Keep whom this tile alone has to report, in pixels of the frame.

        Parameters
        ----------
        found : Detections
            Of the crop.
        height, width : int
            Of the frame, pixels: its own border cuts people, but not because of the tile.
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
        # A person at the very border of the frame belongs to the last core.
        core = (left[0], top[0], np.inf if column == SIDE - 1 else left[1], np.inf if row == SIDE - 1 else top[1])
        yield Tile(number, core, (right[0], bottom[0], right[1], bottom[1]))


def _side(index: int, length: int) -> tuple[tuple[float, float], tuple[int, int]]:
    """Begin and end of a core, and of its tile, along one side of the frame."""
    step = length / SIDE
    begin, end = index * step, (index + 1) * step
    return (begin, end), (max(0, int(begin - MARGIN * step)), min(length, int(np.ceil(end + MARGIN * step))))
