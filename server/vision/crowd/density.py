"""How many people there are where nobody can be boxed: a density network (Li, Zhang, Chen: "CSRNet", 2018)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.backend import InferenceNetwork
from server.vision.letterbox import Letterbox

CELL_PX = 8
"""Side of a cell of the map in pixels of the input."""
PADDING_BGR = (104, 116, 124)
"""The mean colour of the pictures that the network learned from: beyond the frame it sees nothing."""


class DensityNetwork:
    """Estimates people per cell of a frame.

    Parameters
    ----------
    network : InferenceNetwork
        Output ``density`` (1, 1, rows, columns), people per cell of 8 x 8 pixels of the input.
    """

    def __init__(self, network: InferenceNetwork) -> None:
        self._network = network

    def look(self, image_bgr: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
        """Return the people in each cell, shape (rows, columns); cells may be slightly negative.

        Parameters
        ----------
        image_bgr : ndarray of uint8, shape (height, width, 3)
            A frame of any size; smaller ones are enlarged.
        side : int
            Long side of the network's input, pixels.
        """
        height, width = image_bgr.shape[:2]
        box = Letterbox.fit(height, width, side)
        batch = np.empty((1, box.height, box.width, 3), np.uint8)
        batch[:] = PADDING_BGR
        shrinks = box.content_width < width
        size = (box.content_width, box.content_height)
        content = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        batch[0, : box.content_height, : box.content_width] = content
        density = self._network.start(batch).outputs()["density"][0, 0]
        rows, columns = -(-box.content_height // CELL_PX), -(-box.content_width // CELL_PX)
        cut: NDArray[np.float32] = density[:rows, :columns].astype(np.float32)
        return cut
