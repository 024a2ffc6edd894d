"""How the camera itself moved between two frames: a phone in a hand is never still.

Corners of the background are followed by sparse optical flow on a small grey picture (Lucas and Kanade 1981, pyramids
of Bouguet 2000), and a similarity (shift, turn, scale) is fitted to them with outliers left out. People are left out
from the start, so that a crowd that walks one way is not taken for a camera that turns the other.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
"""Shape (2, 3): what takes a point of the frame before, (x, y, 1) in pixels, to where it is now."""

SIDE = 240
"""About the long side of the small picture, pixels: flow to a tenth of its pixels is a two-thousandth of the frame."""
CORNERS = 80
"""Followed at most; a similarity needs two."""
ENOUGH = 12
"""Corners that have to agree before they are believed, and half of all at least."""
STILL = 0.4
"""Pixels of the small picture: what moves less is noise, and a camera on a tripod is left alone. A camera that moves
slowly has moved by more after some frames: the picture it is compared to stays until then."""
KEPT = 15
"""Frames for which that picture stays at most, half a second at 30 a second: people walk over the corners."""
_WINDOW, _LEVELS = (15, 15), 3
"""Of the flow: what moves up to half the window on the coarsest level, 60 pixels of the small picture, is found."""
_ENOUGH_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 0.03)
"""Where the search for a corner ends: well below `STILL`; OpenCV's own thirty steps to 0.01 take 1.6 times as long."""


class CameraMotion:
    """Follows the background of one stream."""

    def __init__(self) -> None:
        self._grey: NDArray[np.uint8] | None = None
        self._corners: NDArray[np.float32] | None = None
        self._kept = 0

    def follow(self, image_bgr: NDArray[np.uint8], people_xyxy: NDArray[np.float64]) -> Affine | None:
        """Take in a frame.

        Parameters
        ----------
        image_bgr : ndarray of uint8, shape (height, width, 3)
        people_xyxy : ndarray, shape (n, 4)
            Who is in it, pixels: left out when the next frame is compared to this one.

        Returns
        -------
        ndarray, shape (2, 3), or None
            How the picture moved since the last frame of which this was told; None where it hardly did, or where that
            cannot be told.
        """
        grey, scale = _shrink(image_bgr)
        before, corners = self._grey, self._corners
        moved = None
        if before is not None and corners is not None and before.shape == grey.shape:
            found, followed = _follow(before, grey, corners)
            if len(found) >= ENOUGH and np.median(np.abs(followed - found).max(axis=2)) < STILL and self._kept < KEPT:
                self._kept += 1
                return None
            moved = _fit(found, followed)
        self._grey, self._corners, self._kept = grey, _corners(grey, people_xyxy * scale), 0
        if moved is not None:
            moved[:, 2] /= scale
        return moved


def _shrink(image_bgr: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A small grey picture, and its pixels for one of the frame.

    Grey first, because averaging three channels takes twice as long; and whole pixels to one, a third of the time of
    fractions. What is left over at the right and the bottom is cut off.
    """
    height, width = image_bgr.shape[:2]
    step = max(1, round(max(height, width) / SIDE))
    size = (max(1, width // step), max(1, height // step))
    large = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)[: size[1] * step, : size[0] * step]
    return cv2.resize(large, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), 1 / step


def _corners(grey: NDArray[np.uint8], people_xyxy: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """Points worth following outside the boxes, shape (n, 1, 2)."""
    background = np.full(grey.shape, 255, np.uint8)
    for left, top, right, bottom in people_xyxy.astype(int).tolist():
        background[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
    found = cv2.goodFeaturesToTrack(grey, CORNERS, 0.01, 7, mask=background)
    return None if found is None else found.astype(np.float32, copy=False)


def _follow(
    before: NDArray[np.uint8], now: NDArray[np.uint8], corners: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The corners that were found again, where they were and where they are, both of shape (n, 1, 2)."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        before, now, corners, np.empty_like(corners), winSize=_WINDOW, maxLevel=_LEVELS, criteria=_ENOUGH_STEPS
    )
    good = status.ravel() == 1
    return corners[good], found[good].astype(np.float32, copy=False)


def _fit(before: NDArray[np.float32], now: NDArray[np.float32]) -> Affine | None:
    """The similarity that most corners agree on; None where they do not, or where nothing moved."""
    if len(before) < ENOUGH or np.median(np.abs(now - before).max(axis=2)) < STILL:
        return None
    moved, agree = cv2.estimateAffinePartial2D(before, now, ransacReprojThreshold=1.0)
    if moved is None or agree.sum() < max(ENOUGH, len(before) / 2):
        return None
    similarity: Affine = moved.astype(np.float64)
    return similarity
