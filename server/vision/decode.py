"""JPEG bytes to pixels, refusing what must not be decoded."""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.errors import FrameError
from server.vision.jpeg import read_header


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
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged.") from error
    if image is None:
        raise FrameError("BROKEN_JPEG", "The JPEG is truncated or damaged.")
    return image.astype(np.uint8, copy=False)
