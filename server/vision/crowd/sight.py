"""Whether a stream's picture shows anything at all: under a cover, in the dark and out of focus nobody can be found.

Neither measure is moved by the noise of a sensor: it is averaged out in the small picture, and stays below its edges.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.crowd.scene import Scene

SIDE = 480
"""Long side of the small picture, pixels; a smaller frame is not enlarged, for that would blur it."""
FLAT = 4.0
"""Standard deviation of the grey levels below which nothing is seen. In 22 recordings of streets, halls and squares
the least was 37, in 48 photographs 35; a packed square darkened to 5 % has 2.6."""
BLURRED = 0.17
"""Steepest slope, as a part of the largest contrast around a pixel, below which nothing small is seen. In 15 of these
recordings the least was 0.26, in the photographs 0.21; the square blurred by 8 of 1,500 pixels has 0.15."""
AROUND = 9
"""Side of what is around a pixel, pixels."""
NEARLY = 99.5
"""Percentile that stands for the steepest and the largest: single pixels decide nothing."""
EVERY_MS = 1_000.0
"""Between two looks, capture time."""


class Sight:
    """Follows one stream."""

    def __init__(self) -> None:
        self._t = float("-inf")
        self._sees = True

    def sees(self, scene: Scene) -> bool:
        """Whether a frame shows anything: people, or a picture in which they could be seen."""
        if scene.count or len(scene.plain_xyxy):
            return True
        if not 0 <= scene.t - self._t < EVERY_MS:
            self._t, self._sees = scene.t, shows_something(scene.image_bgr)
        return self._sees


def shows_something(image_bgr: NDArray[np.uint8]) -> bool:
    """Whether a picture of shape (height, width, 3) has contrast, and edges that are not blurred."""
    height, width = image_bgr.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    if float(grey.std()) < FLAT:
        return False
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    slopes = cv2.magnitude(across, down) / 8  # what the kernel multiplies a slope of one grey level a pixel by
    around = np.ones((AROUND, AROUND), np.uint8)
    contrasts = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around))
    steepest, largest = float(np.percentile(slopes, NEARLY)), float(np.percentile(contrasts, NEARLY))
    return steepest >= BLURRED * largest
