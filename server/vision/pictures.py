"""A frame made small, for those who look at many cameras at once."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

QUALITY = 70
"""Of JPEG: at the size of a tile more is not seen, and costs half as much again."""


def make_pictures(image_bgr: NDArray[np.uint8], widths: Sequence[int]) -> dict[int, bytes]:
    """The frame as JPEGs by the width that was asked for, in pixels; none is larger than the frame.

    Parameters
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    widths : sequence of int
    """
    pictures, image = {}, image_bgr
    # The largest first: the smaller ones are made from it, which is less work.
    for wanted in sorted(set(widths), reverse=True):
        height, width = image.shape[:2]
        if wanted < width:
            size = (wanted, max(1, round(height * wanted / width)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if done:
            pictures[wanted] = data.tobytes()
    return pictures
