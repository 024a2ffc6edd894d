"""Whether a picture shows another scene than the one before: a cut in a file, or a camera that was exchanged.

Two things have to differ: the colours of the whole picture, and where its edges are. A change of light or to infrared
changes the colours alone; a bump or a turn moves the edges and keeps the colours.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZE = (64, 48)
"""Width and height of the picture that is compared, pixels."""
OTHER_COLOURS = 0.35
"""Bhattacharyya distance of the colours, 0..1. Frames of one scene that are 2 s apart differ by up to 0.11, 7.5 s apart
by 0.29; frames of two scenes by 0.41 at least (measured on eight recordings)."""
OTHER_EDGES = 0.4
"""Correlation of the edges, -1..1, below which they are elsewhere. In one scene it is 0.41 at least over one second
with a camera that is carried, and 0.78 with one that stands; between two scenes 0.4 at most."""
SHIFTED = 0.45
"""Response of the phase correlation from which on the edges are the same in another place; of two scenes it is 0.42 at
most."""
FLAT = 4.0
"""Standard deviation of the brightness, of 255, below which a picture shows nothing: black, or a covered lens."""
_BINS = 8
_WINDOW = cv2.createHanningWindow(SIZE, cv2.CV_64F).astype(np.float64)


class SceneCuts:
    """Follows the pictures of one stream."""

    def __init__(self) -> None:
        self._grey: Array | None = None
        self._colours: Array | None = None

    def follow(self, image_bgr: NDArray[np.uint8]) -> bool:
        """Take in a picture of shape (height, width, 3); return whether it shows another scene than the last one.

        A picture that shows nothing is passed over: the scene before it and the one after it are compared.
        """
        small = _shrink(image_bgr)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64)
        if grey.std() < FLAT:
            return False
        colours = _colours(small)
        before, before_colours = self._grey, self._colours
        self._grey, self._colours = grey, colours
        if before is None or before_colours is None:
            return False
        if 1.0 - np.sqrt(before_colours * colours).sum() < OTHER_COLOURS:
            return False
        edges, edges_before = _edges(grey), _edges(before)
        if (edges_before * edges).mean() > OTHER_EDGES:
            return False
        _, response = cv2.phaseCorrelate(edges_before, edges, _WINDOW)
        return response < SHIFTED


def _shrink(image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at `SIZE`; of large ones, every so many pixels are averaged first, which is quicker than all."""
    step = max(1, min(image_bgr.shape[0] // (4 * SIZE[1]), image_bgr.shape[1] // (4 * SIZE[0])))
    return cv2.resize(image_bgr[::step, ::step], SIZE, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _edges(grey: Array) -> Array:
    """Where brightness changes, on a logarithmic scale: mean 0, standard deviation 1."""
    strength = np.log1p(cv2.magnitude(cv2.Sobel(grey, cv2.CV_64F, 1, 0), cv2.Sobel(grey, cv2.CV_64F, 0, 1)))
    normal: Array = (strength - strength.mean()) / (strength.std() + 1e-6)
    return normal


def _colours(small: NDArray[np.uint8]) -> Array:
    """Shares of the pixels, shape (512,), by L*, a* and b*; the outer bins of a* and b* take the strong colours."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.intp)
    bins = [lab[:, 0] * _BINS // 256, *(np.clip((lab[:, i] - 96) * _BINS // 64, 0, _BINS - 1) for i in (1, 2))]
    shares: Array = np.bincount((bins[0] * _BINS + bins[1]) * _BINS + bins[2], minlength=_BINS**3) / len(lab)
    return shares
