"""JPEG decoding with size limits, checked before decoding."""

import os

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.errors import FrameError
from server.core.jpeg import read_header
from server.vision.stderr import caught_stderr

_WARNINGS = (b"Corrupt JPEG", b"Premature end", b"Invalid", b"Unsupported", b"Warning: unknown JFIF", b"Inconsistent")
"""Prefixes of libjpeg's warnings about damaged data (jerror.h, JWRN_*)."""
MAX_SAMPLE_RATIO = 10
"""Maximum number of samples over all scans, as a multiple of the maximum number of pixels.

A progressive image of maximum size stays within it at 4:2:0."""


def decode(jpeg: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """Decode one frame in display orientation (Exif applied).

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        BGR.

    Raises
    ------
    FrameError
        ``EMPTY_FRAME``, ``NOT_A_JPEG``, ``TOO_MANY_PIXELS``, ``TOO_MANY_SCANS`` or ``BROKEN_JPEG``.
    """
    header = read_header(jpeg)
    # Check first: a header may claim gigapixels, which the decoder would allocate, or a thousand tiny scans.
    if header.width * header.height > max_pixels:
        size = f"{header.width} × {header.height} pixels"
        raise FrameError("TOO_MANY_PIXELS", f"The frame has {size}; at most {max_pixels / 1e6:.1f} million are taken.")
    if header.work > MAX_SAMPLE_RATIO * max_pixels:
        scans = f"The {header.scans} scans of the frame cover {header.work / 1e6:.0f} million samples"
        raise FrameError(
            "TOO_MANY_SCANS", f"{scans}; at most {MAX_SAMPLE_RATIO * max_pixels / 1e6:.0f} million are taken."
        )
    image = _decode(np.frombuffer(jpeg, np.uint8)[: header.end])
    if image is None:
        raise FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged.")
    return image


def _decode(data: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Decode strictly: return None also for damage that libjpeg repairs with a warning on standard error."""
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
            os.write(2, line)  # written by another thread
    if image is None or damaged:
        return None
    return image.astype(np.uint8, copy=False)
