"""A picture of a recording with its time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame, upright, with square pixels.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    t : float
        Milliseconds since the first frame, larger than the one before.
    decode_ms : float
        What reading, decoding and converting took.
    """

    image_bgr: NDArray[np.uint8]
    t: float
    decode_ms: float
