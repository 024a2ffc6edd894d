"""Says when another quality would find more people."""

import numpy as np
from numpy.typing import NDArray

from server.core.quality import Advice, Quality
from server.vision.crowd.evidence import others_than
from server.vision.detections import Detections

SMALL_PX = 32.0
"""Height in the detector's input, pixels: more than half of smaller people are missed
(`server.vision.count_uncertainty`)."""
PERSON = 0.4
"""Score in a closer look from which on a person is surely there."""
ENOUGH = 2
"""People who are found by closer looks alone, from which on it is worth saying."""
HOLDS_MS = 60_000.0
"""How long the advice stays: people come and go, the camera's distance stays."""
_NEXT = {Quality.FAST: Quality.BALANCED, Quality.BALANCED: Quality.ACCURATE}


class Adviser:
    """Advises one stream."""

    def __init__(self) -> None:
        self._advice: Advice | None = None
        self._for: Quality | None = None
        self._t = 0.0

    def advise(
        self, found: Detections, known_xyxy: NDArray[np.float64], scale: float, quality: Quality, t: float
    ) -> Advice | None:
        """Return the next quality where people are too small for this one.

        Parameters
        ----------
        found : Detections
            Of closer looks, pixels of the frame.
        known_xyxy : ndarray, shape (n, 4)
            People whom the usual look found, pixels of the frame.
        scale : float
            Pixels of the detector's input for one of the frame, with this quality.
        quality : Quality
        t : float
            Capture time, milliseconds.
        """
        if quality is not self._for or t - self._t > HOLDS_MS:
            self._for, self._advice = quality, None
        better = _NEXT.get(quality)
        if better is None:
            return None
        boxes = found.xyxy[found.scores >= PERSON]
        missed = boxes[others_than(boxes, known_xyxy)]
        if len(missed) >= ENOUGH and len(missed) > len(known_xyxy) / 4:
            height = float(np.median(missed[:, 3] - missed[:, 1])) * scale
            if height < SMALL_PX * 2:
                self._advice, self._t = Advice(better, round(height, 1)), t
        return self._advice
