"""Downscaled JPEGs of a frame for multi-camera views."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

QUALITY = 70
"""JPEG quality; higher values add no visible detail at thumbnail size and cost half as much again."""


def make_pictures(image_bgr: NDArray[np.uint8], widths: Sequence[int]) -> dict[int, bytes]:
    """Return the frame as JPEGs by requested width in pixels; never upscaled.

    Parameters
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    widths : sequence of int
        Pixels.
    """
    pictures, image = {}, image_bgr
    # Largest first, because smaller ones are cheaper to derive from it.
    for wanted in sorted(set(widths), reverse=True):
        height, width = image.shape[:2]
        if wanted < width:
            size = (wanted, max(1, round(height * wanted / width)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if done:
            pictures[wanted] = data.tobytes()
    return pictures
