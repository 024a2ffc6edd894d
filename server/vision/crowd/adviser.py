"""Advice to raise the detection quality of a stream."""

import numpy as np
from numpy.typing import NDArray

from server.core.quality import Advice, Quality
from server.vision.crowd.evidence import others_than
from server.vision.detections import Detections

SMALL_PX = 32.0
"""Height in the detector's input, pixels, below which more than half of the people are missed
(`server.vision.count_uncertainty`)."""
PERSON_SCORE = 0.4
"""Minimum score of a certain person in a closer look."""
MIN_MISSED = 2
"""Minimum number of people found only by closer looks."""
LIFETIME_MS = 60_000.0
"""Lifetime of the advice, milliseconds: people come and go, but the distance of the camera is constant."""
_BETTER = {Quality.FAST: Quality.BALANCED, Quality.BALANCED: Quality.ACCURATE}


class Adviser:
    """Advises on the quality of one stream."""

    def __init__(self) -> None:
        self._advice: Advice | None = None
        self._for: Quality | None = None
        self._t = 0.0

    def advise(
        self, found: Detections, known_xyxy: NDArray[np.float64], scale: float, quality: Quality, t: float
    ) -> Advice | None:
        """Return the next higher quality if people are too small for the current one.

        Parameters
        ----------
        found : Detections
            People found by closer looks, frame pixels.
        known_xyxy : ndarray, shape (n, 4)
            Boxes of people found by the usual look, frame pixels.
        scale : float
            Scale from frame pixels to detector input pixels at the current quality.
        quality : Quality
        t : float
            Capture time, milliseconds.
        """
        if quality is not self._for or t - self._t > LIFETIME_MS:
            self._for, self._advice = quality, None
        better = _BETTER.get(quality)
        if better is None:
            return None
        boxes = found.xyxy[found.scores >= PERSON_SCORE]
        missed = boxes[others_than(boxes, known_xyxy)]
        if len(missed) >= MIN_MISSED and len(missed) > len(known_xyxy) / 4:
            height = float(np.median(missed[:, 3] - missed[:, 1])) * scale
            if height < SMALL_PX * 2:
                self._advice, self._t = Advice(better, round(height, 1)), t
        return self._advice
