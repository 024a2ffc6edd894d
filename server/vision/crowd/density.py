"""Crowd density network (Li, Zhang, Chen: "CSRNet", 2018)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.backend import InferenceNetwork
from server.vision.letterbox import Letterbox

CELL_PX = 8
"""Side of a cell of the density map, input pixels."""
PADDING_BGR = (104, 116, 124)
"""Mean colour of the training images, used as padding."""


PARTS = 2
"""Number of parts along each side of a frame, processed one after the other. A whole frame at once needs a gigabyte
of memory, and other streams' frames run in between."""
MARGIN_PX = 64
"""Margin around a part, input pixels: most of a cell's receptive field."""


class DensityNetwork:
    """Estimates the number of people in each cell of a frame.

    Parameters
    ----------
    network : InferenceNetwork
        Has the output ``density`` (1, 1, rows, columns), people per cell of 8 x 8 input pixels.
    """

    def __init__(self, network: InferenceNetwork) -> None:
        self._network = network

    def look(self, image_bgr: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
        """Return the people in each cell, shape (rows, columns). Cells may be slightly negative.

        Parameters
        ----------
        image_bgr : ndarray of uint8, shape (height, width, 3)
            A frame of any size; small ones are upscaled.
        side : int
            Long side of the whole frame in the network's input, pixels.
        """
        height, width = image_bgr.shape[:2]
        box = Letterbox.fit(height, width, side)
        whole = np.empty((box.height, box.width, 3), np.uint8)
        whole[:] = PADDING_BGR
        shrinks = box.content_width < width
        size = (box.content_width, box.content_height)
        content = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        whole[: box.content_height, : box.content_width] = content
        density = self._in_parts(whole)
        rows, columns = -(-box.content_height // CELL_PX), -(-box.content_width // CELL_PX)
        return density[:rows, :columns]

    def _in_parts(self, whole_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the network on each part with its margin and assemble the density map."""
        height, width = whole_bgr.shape[:2]
        density = np.empty((height // CELL_PX, width // CELL_PX), np.float32)
        for (top, bottom), (up, down) in _cuts(height):
            for (left, right), (back, ahead) in _cuts(width):
                part = np.ascontiguousarray(whole_bgr[up:down, back:ahead])
                found = self._network.start(part[None]).outputs()["density"][0, 0]
                rows, columns = slice((top - up) // CELL_PX, None), slice((left - back) // CELL_PX, None)
                inside = found[rows, columns][: (bottom - top) // CELL_PX, : (right - left) // CELL_PX]
                density[top // CELL_PX : bottom // CELL_PX, left // CELL_PX : right // CELL_PX] = inside
        return density


def _cuts(length: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return (begin, end) of each part along a side, and of the part with margin; the latter all have the same
    length."""
    step = -(-length // (PARTS * CELL_PX)) * CELL_PX
    large = min(length, step + MARGIN_PX)  # each of two parts has a neighbour on one side only
    cuts = []
    for begin in range(0, length, step):
        end = min(length, begin + step)
        start = min(max(0, begin - MARGIN_PX), length - large)
        cuts.append(((begin, end), (start, start + large)))
    return cuts
