"""A frame as closer looks get it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.vision.detections import Detections

PLAIN = 0.25
"""Score from which on the usual look shows a person, as detectors are used alone."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame as the usual look sees it.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    t : float
        Capture time, milliseconds.
    known_xyxy : ndarray, shape (n, 4)
        People who are followed, seen or hidden; pixels.
    count : int
        Those of them who are seen.
    certainty : Certainty
        What the usual look says of its own error.
    detections : Detections
        What it found, weak ones included; pixels.
    """

    image_bgr: NDArray[np.uint8]
    t: float
    known_xyxy: NDArray[np.float64]
    count: int
    certainty: Certainty
    detections: Detections

    @property
    def answered_xyxy(self) -> NDArray[np.float64]:
        """Boxes, shape (n, 4), of everybody whom the usual look shows, followed or not; pixels."""
        return np.vstack([self.known_xyxy, self.plain_xyxy])

    @property
    def plain_xyxy(self) -> NDArray[np.float64]:
        """Boxes, shape (n, 4), of everybody whom the usual look shows in this very frame; pixels."""
        return self.detections.xyxy[self.detections.scores >= PLAIN]
