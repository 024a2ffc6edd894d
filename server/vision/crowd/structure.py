"""Detection of crowd-like texture: fine texture without a dominant direction.

Edges of buildings, floors and fences have a dominant direction, heads do not. The structure tensor separates them
(Bigun and Granlund 1987): its trace is the strength of the texture, its coherence the directionality.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 480
"""Long side of the downscaled image, pixels."""
BLOCK = 12
"""Side of a block, pixels of the downscaled image."""
MIN_GRADIENT = 8.0
"""Minimum mean gradient of a textured block, grey levels per pixel; noise and lawns are below."""
MAX_COHERENCE = 0.6
"""Coherence, 0..1, below which a texture has no dominant direction."""
_SOBEL = 8.0
"""Gain of OpenCV's 3 x 3 Sobel kernel."""


def crowd_like(image_bgr: NDArray[np.uint8], known_xyxy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which blocks have crowd-like texture and show no known person.

    Parameters
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    known_xyxy : ndarray, shape (n, 4)
        Boxes of known people, frame pixels; their clothes are ignored.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Blocks of the whole frame.
    """
    height, width = image_bgr.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(BLOCK, round(width * scale)), max(BLOCK, round(height * scale)))
    small = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0) / _SOBEL, cv2.Sobel(grey, cv2.CV_32F, 0, 1) / _SOBEL
    xx, yy, xy = _means(across * across), _means(down * down), _means(across * down)
    trace = xx + yy
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (trace + 1e-3)
    textured = (trace > MIN_GRADIENT**2) & (coherence < MAX_COHERENCE)
    # Predicted boxes may extend beyond the frame.
    for left, top, right, bottom in np.maximum(known_xyxy * scale / BLOCK, 0.0).tolist():
        textured[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] = False
    found: NDArray[np.bool_] = textured
    return found


def _means(values: Any) -> NDArray[np.float32]:
    """Return the mean of each block, (rows, columns); remainders at the right and bottom are ignored."""
    rows, columns = values.shape[0] // BLOCK, values.shape[1] // BLOCK
    blocks = values[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    means: NDArray[np.float32] = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means
