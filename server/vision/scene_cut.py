"""Scene-cut detection: a cut in a file, or an exchanged camera.

Both the colours of the image and the positions of its edges must differ. A change of lighting or to infrared only
changes colours; a bump or rotation moves edges but keeps colours.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZE = (64, 48)
"""Width and height of the compared thumbnail, pixels."""
MIN_COLOUR_DISTANCE = 0.35
"""Bhattacharyya distance of colour histograms, 0..1, from which the colours differ. Measured on eight recordings: up
to 0.11 within a scene 2 s apart and 0.29 at 7.5 s; at least 0.41 between scenes."""
MAX_EDGE_CORRELATION = 0.4
"""Correlation of edges, -1..1, up to which they differ. Within a scene over one second it is at least 0.41 with a
moving camera and 0.78 with a static one; between scenes at most 0.4."""
MIN_SHIFT_RESPONSE = 0.45
"""Response of the phase correlation from which edges are merely shifted; between scenes it is at most 0.42."""
MIN_CONTRAST = 4.0
"""Standard deviation of brightness, of 255, below which an image shows nothing: black, or a covered lens."""
_BINS = 8
_WINDOW = cv2.createHanningWindow(SIZE, cv2.CV_64F).astype(np.float64)


class SceneCuts:
    """Detects scene cuts in one stream."""

    def __init__(self) -> None:
        self._grey: Array | None = None
        self._colours: Array | None = None

    def update(self, image_bgr: NDArray[np.uint8]) -> bool:
        """Process an image of shape (height, width, 3), BGR; return whether it starts a new scene.

        Images that show nothing are skipped: the scenes before and after them are compared.
        """
        small = _shrink(image_bgr)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64)
        if grey.std() < MIN_CONTRAST:
            return False
        colours = _colours(small)
        before, before_colours = self._grey, self._colours
        self._grey, self._colours = grey, colours
        if before is None or before_colours is None:
            return False
        if 1.0 - np.sqrt(before_colours * colours).sum() < MIN_COLOUR_DISTANCE:
            return False
        edges, edges_before = _edges(grey), _edges(before)
        if (edges_before * edges).mean() > MAX_EDGE_CORRELATION:
            return False
        _, response = cv2.phaseCorrelate(edges_before, edges, _WINDOW)
        return response < MIN_SHIFT_RESPONSE


def _shrink(image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the image at `SIZE`. Large images are subsampled first, which is faster."""
    step = max(1, min(image_bgr.shape[0] // (4 * SIZE[1]), image_bgr.shape[1] // (4 * SIZE[0])))
    return cv2.resize(image_bgr[::step, ::step], SIZE, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _edges(grey: Array) -> Array:
    """Return the edge strength on a logarithmic scale, with mean 0 and standard deviation 1."""
    strength = np.log1p(cv2.magnitude(cv2.Sobel(grey, cv2.CV_64F, 1, 0), cv2.Sobel(grey, cv2.CV_64F, 0, 1)))
    normal: Array = (strength - strength.mean()) / (strength.std() + 1e-6)
    return normal


def _colours(small: NDArray[np.uint8]) -> Array:
    """Return the normalised histogram over L*, a* and b*, (512,); the outer bins of a* and b* take the saturated
    colours."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.intp)
    bins = [lab[:, 0] * _BINS // 256, *(np.clip((lab[:, i] - 96) * _BINS // 64, 0, _BINS - 1) for i in (1, 2))]
    shares: Array = np.bincount((bins[0] * _BINS + bins[1]) * _BINS + bins[2], minlength=_BINS**3) / len(lab)
    return shares
