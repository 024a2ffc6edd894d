"""Camera motion between two frames, for example of a handheld phone.

Background corners are tracked by sparse optical flow on a small greyscale image (Lucas and Kanade 1981, pyramids
of Bouguet 2000). A similarity transform (translation, rotation, scale) is fitted with RANSAC. People are masked
out, so that a crowd that walks in one direction is not mistaken for camera motion.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
"""Shape (2, 3): maps a point (x, y, 1) of the previous frame, in pixels, to the current one."""

SIDE = 240
"""Approximate long side of the greyscale image, pixels. Flow accurate to 0.1 pixel is 1/2000 of the frame."""
CORNERS = 80
"""Maximum number of tracked corners; a similarity needs two."""
MIN_INLIERS = 12
"""Minimum number of inliers, which must also be at least half of all corners."""
STILL = 0.4
"""Median displacement below which the camera counts as static, pixels of the greyscale image. A slow motion exceeds
it after some frames, because the reference frame is kept until then."""
MAX_KEPT_FRAMES = 15
"""Maximum number of frames for which the reference frame is kept, 0.5 s at 30 frames/s, since people occlude the
corners."""
_WINDOW, _LEVELS = (15, 15), 3
"""Optical-flow window and pyramid levels. Motion up to half the window on the coarsest level, 60 pixels, is found."""
_CRITERIA = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 0.03)
"""Termination criteria of the flow, well below `STILL`. OpenCV's default (30 steps, 0.01) takes 1.6 times as long."""


class CameraMotion:
    """Estimates the camera motion of one stream."""

    def __init__(self) -> None:
        self._grey: NDArray[np.uint8] | None = None
        self._corners: NDArray[np.float32] | None = None
        self._kept = 0

    def update(self, image_bgr: NDArray[np.uint8], people_xyxy: NDArray[np.float64]) -> Affine | None:
        """Process a frame.

        Parameters
        ----------
        image_bgr : ndarray of uint8, shape (height, width, 3)
        people_xyxy : ndarray, shape (n, 4)
            Boxes of people, pixels, masked out when the next frame is compared to this one.

        Returns
        -------
        ndarray, shape (2, 3), or None
            Motion since the reference frame; None if the camera is static or the motion cannot be estimated.
        """
        grey, scale = _shrink(image_bgr)
        before, corners = self._grey, self._corners
        moved = None
        if before is not None and corners is not None and before.shape == grey.shape:
            found, followed = _track_corners(before, grey, corners)
            if (
                len(found) >= MIN_INLIERS
                and np.median(np.abs(followed - found).max(axis=2)) < STILL
                and self._kept < MAX_KEPT_FRAMES
            ):
                self._kept += 1
                return None
            moved = _fit(found, followed)
        self._grey, self._corners, self._kept = grey, _corners(grey, people_xyxy * scale), 0
        if moved is not None:
            moved[:, 2] /= scale
        return moved


def _shrink(image_bgr: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return a small greyscale image and its scale relative to the frame.

    Converting to grey first is twice as fast as averaging three channels. An integer factor takes a third of the
    time of a fractional one. Remainders at the right and bottom are cropped.
    """
    height, width = image_bgr.shape[:2]
    step = max(1, round(max(height, width) / SIDE))
    size = (max(1, width // step), max(1, height // step))
    large = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)[: size[1] * step, : size[0] * step]
    return cv2.resize(large, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), 1 / step


def _corners(grey: NDArray[np.uint8], people_xyxy: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """Return corners outside the boxes, shape (n, 1, 2)."""
    background = np.full(grey.shape, 255, np.uint8)
    for left, top, right, bottom in people_xyxy.astype(int).tolist():
        background[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
    found = cv2.goodFeaturesToTrack(grey, CORNERS, 0.01, 7, mask=background)
    return None if found is None else found.astype(np.float32, copy=False)


def _track_corners(
    before: NDArray[np.uint8], now: NDArray[np.uint8], corners: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the corners found in both images: previous and current positions, each of shape (n, 1, 2)."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        before, now, corners, np.empty_like(corners), winSize=_WINDOW, maxLevel=_LEVELS, criteria=_CRITERIA
    )
    good = status.ravel() == 1
    return corners[good], found[good].astype(np.float32, copy=False)


def _fit(before: NDArray[np.float32], now: NDArray[np.float32]) -> Affine | None:
    """Return the similarity transform supported by most corners; None without consensus or motion."""
    if len(before) < MIN_INLIERS or np.median(np.abs(now - before).max(axis=2)) < STILL:
        return None
    moved, agree = cv2.estimateAffinePartial2D(before, now, ransacReprojThreshold=1.0)
    if moved is None or agree.sum() < max(MIN_INLIERS, len(before) / 2):
        return None
    similarity: Affine = moved.astype(np.float64)
    return similarity
