"""Whether the camera is carried or driven through the scene, as against one that stands, turns or sways.

What lies ahead grows as it comes nearer: the picture is magnified steadily. Turning shifts the picture, a hand's sway
moves it to and fro, and neither magnifies it.
"""

import numpy as np

from server.vision.camera_motion import Affine

GROWTH = 0.03
"""Magnification per second, as a logarithm, from which on the camera travels: a walk, 1.4 m/s, towards a background
that is 45 m away. Nearer ones grow faster."""
MEMORY_S = 1.0
"""Seconds over which it is averaged: two steps of somebody who walks."""


class Travel:
    """Follows the camera of one stream."""

    def __init__(self) -> None:
        self._growth = 0.0
        self._t: float | None = None

    def follow(self, moved: Affine | None, t: float) -> bool:
        """Take in a frame; return whether the camera travels.

        Parameters
        ----------
        moved : ndarray, shape (2, 3), or None
            How the picture moved since the frame before; None: not at all, or unknown.
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
        return abs(self._growth) > GROWTH
