"""The people that the detector found in one frame, before anyone knows who they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detections:
    """n people in one frame.

    Attributes
    ----------
    xyxy : ndarray of float64, shape (n, 4)
        Left, top, right, bottom in pixels of the frame, inside the frame.
    scores : ndarray of float64, shape (n,)
        Confidence, 0..1.
    """

    xyxy: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)
