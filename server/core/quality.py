"""How carefully a camera's frames are looked at: more care finds smaller people and takes longer."""

from dataclasses import dataclass
from enum import StrEnum

STRIDE = 32
"""Pixels: the detector's coarsest stride; a side of its input is a multiple of it."""
SMALLEST, LARGEST = 160, 1920
"""Pixels: sides of the input that make sense."""


class Quality(StrEnum):
    """A choice for each camera."""

    FAST = "fast"
    BALANCED = "balanced"
    ACCURATE = "accurate"


@dataclass(frozen=True, slots=True)
class Advice:
    """Another quality would find more people.

    Attributes
    ----------
    quality : Quality
    height_px : float
        How tall the people are in the detector's input now, pixels.
    """

    quality: Quality
    height_px: float


_SCALES = {Quality.FAST: (0.65, 0.65), Quality.BALANCED: (1.0, 1.0), Quality.ACCURATE: (1.5, 2.0)}
"""Of the input's sides: for any frame, and for frames that have that many pixels. The work grows with the square: about
two fifths, one, and more than twice or four times."""
_SENT = {Quality.FAST: 1.0, Quality.BALANCED: 1.0, Quality.ACCURATE: 4 / 3}
"""Of the size in which frames are sent, so that there is something to look at more carefully."""


def input_sides(quality: Quality, balanced: int) -> tuple[int, int]:
    """Long side of the detector's input, pixels: for any frame, and for frames that are themselves at least so long;
    `balanced` is that of the middle choice."""
    usual, closer = (round(scale * balanced / STRIDE) * STRIDE for scale in _SCALES[quality])
    return min(LARGEST, max(SMALLEST, usual)), min(LARGEST, max(SMALLEST, closer))


def sent_side(quality: Quality, usual: int) -> int:
    """Long side of the frames that clients are asked to send, pixels, where `usual` is that of the middle choice; more
    than the largest input is not asked for because of the quality."""
    return max(usual, min(LARGEST, round(_SENT[quality] * usual)))
