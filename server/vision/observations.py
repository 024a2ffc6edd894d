"""What a tracker says about one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Sighting:
    """A confirmed person in this frame.

    Attributes
    ----------
    id : int
    box_xyxy : tuple of float
        Where the person is, by this detection and those before, inside the frame; pixels.
    score : float
        Of the detection.
    """

    id: int
    box_xyxy: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, slots=True)
class OccludedTracks:
    """Known people who were not seen in a frame, though they are expected in it.

    Attributes
    ----------
    xyxy : ndarray, shape (n, 4)
        Where, pixels.
    unseen_s : ndarray, shape (n,)
        For how long, seconds.
    """

    xyxy: NDArray[np.float64]
    unseen_s: NDArray[np.float64]
