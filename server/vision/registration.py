"""Image registration of two frames of one scene after a format change.

SIFT features (Lowe, "Distinctive image features from scale-invariant keypoints", 2004) of the backgrounds of two
small greyscale images are matched. The affine map with most support is accepted if the images correlate where
they overlap. A registration takes about 100 ms and runs only when the format changes.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Array = NDArray[np.float64]

SIDE = 480
"""Long side of the greyscale image, pixels."""
FEATURES = 1_000
RATIO = 0.8
"""Maximum ratio of the best to the second-best match distance (Lowe 2004, section 7.1)."""
INLIER_PX = 2.0
"""RANSAC inlier threshold, pixels of the greyscale image."""
MIN_INLIERS, MIN_INLIER_RATIO = 12, 0.3
"""Minimum number of inliers, and minimum fraction of all matches."""
MIN_CORRELATION = 0.6
"""Minimum correlation of brightness in the overlap, -1..1; different scenes are below 0.3."""
MIN_OVERLAP = 0.25
"""Minimum overlap, as a fraction of the smaller image."""
MAX_STRETCH = 2.0
"""Maximum ratio of horizontal to vertical scale; 16:9 squeezed into 4:3 has 1.33."""
MAX_SKEW = 0.05
"""Maximum cosine of the angle between the mapped axes."""
MAX_NOISE_ROTATION = 0.03
"""Sine of the rotation, relative to quarter turns, below which it is treated as noise: a camera on a tripod."""


def register(
    before_bgr: NDArray[np.uint8],
    after_bgr: NDArray[np.uint8],
    before_people_xyxy: Array,
    after_people_xyxy: Array,
) -> Array | None:
    """Find the affine map from one image to another.

    Parameters
    ----------
    before_bgr, after_bgr : ndarray of uint8, shape (height, width, 3)
        Images of any two sizes.
    before_people_xyxy, after_people_xyxy : ndarray, shape (n, 4)
        Boxes of people, pixels; masked out, because people move.

    Returns
    -------
    ndarray, shape (2, 3), or None
        Maps a point (x, y, 1) of the first image, in pixels, to the second; None if registration fails.
    """
    before, scale_before = _shrink(before_bgr)
    after, scale_after = _shrink(after_bgr)
    from_, to = _matches(before, after, before_people_xyxy * scale_before, after_people_xyxy * scale_after)
    affine = _fit(from_, to)
    if affine is None or not _correlate(before, after, affine):
        return None
    found = affine.copy()
    found[:, :2] *= scale_before / scale_after
    found[:, 2] /= scale_after
    return found


def _shrink(image_bgr: NDArray[np.uint8]) -> tuple[Grey, float]:
    """Return a small greyscale image and its scale relative to the frame."""
    height, width = image_bgr.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return grey.astype(np.uint8, copy=False), scale


def _matches(before: Grey, after: Grey, before_people: Array, after_people: Array) -> tuple[Array, Array]:
    """Return the positions of matching features in both images, (n, 2) each."""
    sift = cv2.SIFT.create(FEATURES)
    points_before, looks_before = sift.detectAndCompute(before, _background(before, before_people))
    points_after, looks_after = sift.detectAndCompute(after, _background(after, after_people))
    none = np.zeros((0, 2))
    if len(points_before) < MIN_INLIERS or len(points_after) < MIN_INLIERS:
        return none, none
    pairs = cv2.BFMatcher().knnMatch(looks_before, looks_after, k=2)
    good = [best for best, second in pairs if best.distance < RATIO * second.distance]
    if not good:
        return none, none
    from_ = np.array([points_before[match.queryIdx].pt for match in good], np.float64)
    to = np.array([points_after[match.trainIdx].pt for match in good], np.float64)
    return from_, to


def _background(grey: Grey, people_xyxy: Array) -> Grey:
    """Return a mask that is 255 outside the boxes."""
    mask = np.full(grey.shape, 255, np.uint8)
    for left, top, right, bottom in people_xyxy.astype(int).tolist():
        mask[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
    return mask


def _fit(from_: Array, to: Array) -> Array | None:
    """Return the affine map with most support, (2, 3); None without consensus, or if no camera change explains it."""
    if len(from_) < MIN_INLIERS:
        return None
    affine, agree = cv2.estimateAffine2D(from_, to, method=cv2.RANSAC, ransacReprojThreshold=INLIER_PX)
    if affine is None or agree.sum() < max(MIN_INLIERS, MIN_INLIER_RATIO * len(from_)):
        return None
    good = agree.ravel() == 1
    found = affine.astype(np.float64)
    return _straighten(found, from_[good], to[good]) if _is_plausible(found) else None


def _is_plausible(affine: Array) -> bool:
    """Return whether a format change can cause this map: scaling, translation, rotation, but no reflection."""
    across, down = affine[:, 0], affine[:, 1]
    sizes = np.linalg.norm(across), np.linalg.norm(down)
    if min(sizes) <= 0.1 or max(sizes) > MAX_STRETCH * min(sizes) or np.linalg.det(affine[:, :2]) <= 0:
        return False
    return bool(abs(across @ down) <= MAX_SKEW * sizes[0] * sizes[1])


def _straighten(affine: Array, from_: Array, to: Array) -> Array:
    """Remove a small rotation caused by noise: refit scale and translation to the inliers."""
    turn = affine[:, :2]
    axes = np.abs(turn).argmax(axis=1)  # axis of the first image that each axis of the second corresponds to
    off = np.abs(turn[(0, 1), 1 - axes]) / np.linalg.norm(turn, axis=1)
    if axes[0] == axes[1] or off.max() > MAX_NOISE_ROTATION:
        return affine
    straight = np.zeros((2, 3))
    for row, axis in enumerate(axes):
        straight[row, axis], straight[row, 2] = np.polyfit(from_[:, axis], to[:, row], 1)
    return straight


def _correlate(before: Grey, after: Grey, affine: Array) -> bool:
    """Return whether the images overlap enough and correlate in the overlap."""
    size = (after.shape[1], after.shape[0])
    warped = cv2.warpAffine(before, affine, size, flags=cv2.INTER_AREA)
    inside = cv2.warpAffine(np.full(before.shape, 255, np.uint8), affine, size) > 250
    mapped = before.size * abs(float(np.linalg.det(affine[:, :2])))
    if inside.sum() < MIN_OVERLAP * min(mapped, after.size):
        return False
    pair = np.stack([warped[inside], after[inside]]).astype(np.float64)
    spread = pair.std(axis=1)
    if spread.min() < 1.0:
        return False
    return float(np.asarray(np.corrcoef(pair))[0, 1]) >= MIN_CORRELATION
