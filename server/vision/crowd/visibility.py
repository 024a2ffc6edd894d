"""Visibility check: a covered, dark or defocused camera shows no people, so its count is unknown.

Neither measure is sensitive to sensor noise, which averages out in the downscaled image and is weaker than its
edges.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.crowd.scene import Scene

SIDE = 480
"""Long side of the downscaled image, pixels. Smaller frames are not upscaled, because that would blur them."""
FLAT = 4.0
"""Standard deviation of grey levels below which nothing is visible. The minimum was 37 over 22 recordings of
streets, halls and squares, and 35 over 48 photographs; a packed square darkened to 5 % has 2.6."""
BLURRED = 0.17
"""Steepest slope relative to the largest local contrast below which nothing small is visible. The minimum was 0.26
over 15 of these recordings and 0.21 over the photographs; the square blurred by 8 of 1,500 pixels has 0.15."""
NEIGHBOURHOOD = 9
"""Side of the neighbourhood for the local contrast, pixels."""
PERCENTILE = 99.5
"""Percentile used instead of the maximum, for robustness against single pixels."""
INTERVAL_MS = 1_000.0
"""Minimum interval between checks, milliseconds of capture time."""


class VisibilityCheck:
    """Visibility check of one stream."""

    def __init__(self) -> None:
        self._t = float("-inf")
        self._is_visible = True

    def is_visible(self, scene: Scene) -> bool:
        """Return whether a frame shows anything: people, or an image in which people would be visible."""
        if scene.count or len(scene.detected_xyxy):
            return True
        if not 0 <= scene.t - self._t < INTERVAL_MS:
            self._t, self._is_visible = scene.t, shows_scene(scene.image_bgr)
        return self._is_visible


def shows_scene(image_bgr: NDArray[np.uint8]) -> bool:
    """Return whether an image of shape (height, width, 3), BGR, has contrast and sharp edges."""
    height, width = image_bgr.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    if float(grey.std()) < FLAT:
        return False
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    slopes = cv2.magnitude(across, down) / 8  # gain of the Sobel kernel
    around = np.ones((NEIGHBOURHOOD, NEIGHBOURHOOD), np.uint8)
    contrasts = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around))
    steepest, largest = float(np.percentile(slopes, PERCENTILE)), float(np.percentile(contrasts, PERCENTILE))
    return steepest >= BLURRED * largest
