"""The input of closer looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.certainty import Certainty
from server.vision.detections import Detections

DETECTED_SCORE = 0.25
"""Minimum score of a detection when the detector is used without tracking."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame with the results of the usual look.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    t : float
        Capture time, milliseconds.
    known_xyxy : ndarray, shape (n, 4)
        Boxes of tracked people, visible or occluded, pixels.
    count : int
        Number of visible tracked people.
    certainty : Certainty
        Count uncertainty of the usual look.
    detections : Detections
        Detections of the usual look, including weak ones, pixels.
    """

    image_bgr: NDArray[np.uint8]
    t: float
    known_xyxy: NDArray[np.float64]
    count: int
    certainty: Certainty
    detections: Detections

    @property
    def all_xyxy(self) -> NDArray[np.float64]:
        """Boxes, (n, 4), of all people shown by the usual look, tracked or not, pixels."""
        return np.vstack([self.known_xyxy, self.detected_xyxy])

    @property
    def detected_xyxy(self) -> NDArray[np.float64]:
        """Boxes, (n, 4), of people detected in this frame, pixels."""
        return self.detections.xyxy[self.detections.scores >= DETECTED_SCORE]
