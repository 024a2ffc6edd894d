"""JPEG bytes to pixels, refusing what must not be decoded."""

import os

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.errors import FrameError
from server.vision.jpeg import read_header
from server.vision.stderr import caught_stderr

_WARNINGS = (b"Corrupt JPEG", b"Premature end", b"Invalid", b"Unsupported", b"Warning: unknown JFIF", b"Inconsistent")
"""How libjpeg's own complaints about data begin (jerror.h, JWRN_*)."""


def decode(jpeg: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """Decode one frame as it is to be displayed (Exif orientation applied).

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Blue, green, red.

    Raises
    ------
    FrameError
        ``EMPTY_FRAME``, ``NOT_A_JPEG``, ``TOO_MANY_PIXELS`` or ``BROKEN_JPEG``.
    """
    width, height = read_header(jpeg)
    if width * height > max_pixels:
        # Before decoding: a header may claim gigapixels, and the decoder would allocate them.
        raise FrameError(
            "TOO_MANY_PIXELS",
            f"The frame has {width} × {height} pixels; at most {max_pixels / 1e6:.1f} million are taken.",
        )
    image = _decode(np.frombuffer(jpeg, np.uint8))
    if image is None:
        raise FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged.")
    return image


def _decode(data: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Decode strictly: None also for what libjpeg would repair with a warning on standard error."""
    with caught_stderr() as lines:
        try:
            image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        except cv2.error:
            image = None
    damaged = False
    for line in lines:
        if line.startswith(_WARNINGS):
            damaged = True
        else:
            os.write(2, line)  # another thread's
    if image is None or damaged:
        return None
    return image.astype(np.uint8, copy=False)
