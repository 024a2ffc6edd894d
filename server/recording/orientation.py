"""How the picture of a recording is turned: its display matrix."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_ENTRIES = 9


def turn(image_bgr: Image, matrix: bytes | None) -> Image:
    """Return the picture of shape (height, width, 3) as it is to be shown: turned by quarters, mirrored where asked.

    Parameters
    ----------
    matrix : bytes, optional
        Nine integers of 32 bits; a stored point (p, q) is shown at (a p + c q, b p + d q), with a, b in the first row
        and c, d in the second (ISO/IEC 14496-12, section 6.2.2). Other angles are rounded to a quarter.
    """
    if matrix is None or len(matrix) < 4 * _ENTRIES:
        return image_bgr
    a, b, _, c, d = np.frombuffer(matrix, np.int32, 5).tolist()
    if abs(a) >= abs(b):
        return _flip(image_bgr, across=a < 0, down=d < 0)
    return _flip(np.asarray(cv2.transpose(image_bgr), np.uint8), across=c < 0, down=b < 0)


def _flip(image: Image, *, across: bool, down: bool) -> Image:
    if across and down:
        return np.asarray(cv2.flip(image, -1), np.uint8)
    if across:
        return np.asarray(cv2.flip(image, 1), np.uint8)
    if down:
        return np.asarray(cv2.flip(image, 0), np.uint8)
    return image
