"""Output of the tracker for one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection of a confirmed track.

    Attributes
    ----------
    id : int
        Track ID.
    box_xyxy : tuple of float
        Filtered box, clipped to the frame, pixels.
    score : float
        Confidence of the detection.
    """

    id: int
    box_xyxy: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, slots=True)
class OccludedTracks:
    """Confirmed tracks without a detection that are expected inside the frame.

    Attributes
    ----------
    xyxy : ndarray, shape (n, 4)
        Predicted boxes, pixels.
    unseen_s : ndarray, shape (n,)
        Time since the last detection, seconds.
    """

    xyxy: NDArray[np.float64]
    unseen_s: NDArray[np.float64]
