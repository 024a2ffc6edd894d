"""People detected by the usual look but too uncertain to be tracked and counted."""

import numpy as np

from server.vision.crowd.estimate import chances, merge
from server.vision.crowd.evidence import UNCOUNTED_SHARE
from server.vision.detections import Detections

INTERVAL_MS = 500.0
"""Sampling interval, milliseconds of capture time."""
MEMORY_MS = 3_000.0
"""Time constant of the average, milliseconds."""


class UncountedPeople:
    """Moving average of one stream's uncounted people."""

    def __init__(self) -> None:
        self.mean = 0.0
        self._t: float | None = None

    def note(self, detections: Detections, count: int, t: float) -> None:
        """Process a frame.

        Parameters
        ----------
        detections : Detections
            Detections of the usual look, including weak ones.
        count : int
            Number of counted people.
        t : float
            Capture time, milliseconds.
        """
        if self._t is not None and t - self._t < INTERVAL_MS:
            return
        old = 1.0 if self._t is None else float(np.exp(-(t - self._t) / MEMORY_MS))
        expected = float(chances(merge([detections])).sum())
        self.mean = old * self.mean + (1 - old) * (expected - (1 + UNCOUNTED_SHARE) * count)
        self._t = t
