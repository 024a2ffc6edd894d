"""How carefully a camera's frames are looked at: more care finds smaller people and takes longer."""

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


_SCALES = {Quality.FAST: 0.65, Quality.BALANCED: 1.0, Quality.ACCURATE: 1.5}
"""Of the input's sides. The work grows with the square: about two fifths, one, and more than twice."""


def input_side(quality: Quality, balanced: int) -> int:
    """Long side of the detector's input, pixels, where `balanced` is that of the middle choice."""
    side = round(_SCALES[quality] * balanced / STRIDE) * STRIDE
    return min(LARGEST, max(SMALLEST, side))
