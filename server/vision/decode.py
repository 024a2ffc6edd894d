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
VISITS = 10
"""Samples that the scans of a frame may visit together, as a multiple of the pixels that a frame may have. A progressive
picture of the largest size is within it at 4:2:0."""


def decode(jpeg: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """Decode one frame as it is to be displayed (Exif orientation applied).

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Blue, green, red.

    Raises
    ------
    FrameError
        ``EMPTY_FRAME``, ``NOT_A_JPEG``, ``TOO_MANY_PIXELS``, ``TOO_MANY_SCANS`` or ``BROKEN_JPEG``.
    """
    header = read_header(jpeg)
    # Before decoding: a header may claim gigapixels, which the decoder would allocate, or a thousand scans of 30 bytes.
    if header.width * header.height > max_pixels:
        size = f"{header.width} × {header.height} pixels"
        raise FrameError("TOO_MANY_PIXELS", f"The frame has {size}; at most {max_pixels / 1e6:.1f} million are taken.")
    if header.work > VISITS * max_pixels:
        told = f"The {header.scans} scans of the frame cover {header.work / 1e6:.0f} million samples"
        raise FrameError("TOO_MANY_SCANS", f"{told}; at most {VISITS * max_pixels / 1e6:.0f} million are taken.")
    image = _decode(np.frombuffer(jpeg, np.uint8)[: header.end])
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
