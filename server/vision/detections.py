"""Detections: the people found in one frame, before tracking."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detections:
    """The detections of one frame.

    Attributes
    ----------
    xyxy : ndarray of float64, shape (n, 4)
        Boxes in pixels, inside the frame.
    scores : ndarray of float64, shape (n,)
        Confidence, 0..1.
    """

    xyxy: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)
