"""People whom the usual look finds and the tracker does not count: each is too doubtful to be followed."""

import numpy as np

from server.vision.crowd.estimate import chances, merge
from server.vision.crowd.evidence import UNCOUNTED_SHARE
from server.vision.detections import Detections

EVERY_MS = 500.0
"""Between two frames that are looked at, milliseconds of capture time: the mean is over seconds."""
MEMORY_MS = 3_000.0
"""Time in which the mean is mostly replaced."""


class Uncounted:
    """Follows one stream."""

    def __init__(self) -> None:
        self.mean = 0.0
        self._t: float | None = None

    def note(self, detections: Detections, count: int, t: float) -> None:
        """Take in a frame.

        Parameters
        ----------
        detections : Detections
            Of the usual look, weak ones included.
        count : int
            People who are counted.
        t : float
            Capture time, milliseconds.
        """
        if self._t is not None and t - self._t < EVERY_MS:
            return
        old = 1.0 if self._t is None else float(np.exp(-(t - self._t) / MEMORY_MS))
        expected = float(chances(merge([detections])).sum())
        self.mean = old * self.mean + (1 - old) * (expected - (1 + UNCOUNTED_SHARE) * count)
        self._t = t
