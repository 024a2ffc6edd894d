"""Detection quality of a camera: higher quality finds smaller people and takes longer."""

from dataclasses import dataclass
from enum import StrEnum

STRIDE = 32
"""The detector's coarsest stride, pixels; input sides are multiples of it."""
SMALLEST, LARGEST = 160, 1920
"""Bounds of the input sides, pixels."""


class Quality(StrEnum):
    """The quality setting of a camera."""

    FAST = "fast"
    BALANCED = "balanced"
    ACCURATE = "accurate"


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation to change the quality in order to detect more people.

    Attributes
    ----------
    quality : Quality
        The recommended setting.
    height_px : float
        Current height of the people in the detector's input, pixels.
    """

    quality: Quality
    height_px: float


_SCALES = {Quality.FAST: (0.65, 0.65), Quality.BALANCED: (1.0, 1.0), Quality.ACCURATE: (1.5, 2.0)}
"""Factors on the input side: for any frame, and for frames with at least that many pixels. Cost grows with the
square: about 0.4, 1, and 2.25 or 4."""
_SENT = {Quality.FAST: 1.0, Quality.BALANCED: 1.0, Quality.ACCURATE: 4 / 3}
"""Factors on the size of frames that clients send, so that a larger input has more detail."""


def input_sides(quality: Quality, balanced: int) -> tuple[int, int]:
    """Return the long sides of the detector's input, pixels: for any frame, and for frames at least that long.

    `balanced` is the side for `Quality.BALANCED`.
    """
    usual, closer = (round(scale * balanced / STRIDE) * STRIDE for scale in _SCALES[quality])
    return min(LARGEST, max(SMALLEST, usual)), min(LARGEST, max(SMALLEST, closer))


def sent_side(quality: Quality, usual: int) -> int:
    """Return the long side of the frames that clients should send, pixels.

    `usual` is the side for `Quality.BALANCED`. Quality never raises it above the largest input.
    """
    return max(usual, min(LARGEST, round(_SENT[quality] * usual)))
