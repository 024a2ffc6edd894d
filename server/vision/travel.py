"""Detection of a camera that travels through the scene, as opposed to a static, panning or shaking one.

A travelling camera magnifies the image steadily. Panning shifts the image, and shaking moves it back and forth,
without magnification.
"""

import numpy as np

from server.vision.camera_motion import Affine

MIN_GROWTH = 0.03
"""Magnification per second, as a logarithm, above which the camera travels: walking at 1.4 m/s towards a background
at 45 m. Closer backgrounds are magnified faster."""
MEMORY_S = 1.0
"""Time constant of the average, seconds: two steps of a pedestrian."""


class Travel:
    """Detects a travelling camera in one stream."""

    def __init__(self) -> None:
        self._growth = 0.0
        self._t: float | None = None

    def update(self, moved: Affine | None, t: float) -> bool:
        """Process a frame and return whether the camera travels.

        Parameters
        ----------
        moved : ndarray, shape (2, 3), or None
            Motion since the previous frame; None if static or unknown.
        t : float
            Capture time, milliseconds.
        """
        before, self._t = self._t, t
        if before is None or t <= before:
            return False
        seconds = (t - before) / 1000
        growth = 0.0 if moved is None else float(np.log(abs(np.linalg.det(moved[:, :2])))) / 2
        old = float(np.exp(-seconds / MEMORY_S))
        self._growth = old * self._growth + (1 - old) * growth / seconds
        return abs(self._growth) > MIN_GROWTH
