"""How two pictures of one scene lie to each other when the format between them changed.

Features (Lowe, "Distinctive image features from scale-invariant keypoints", 2004) of the background of two small grey
pictures are matched, and the map that most of them agree on is believed if the pictures look alike where they overlap.
It takes some 100 ms and is asked for only when the format changes.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Array = NDArray[np.float64]

SIDE = 480
"""Long side of the small picture, pixels."""
FEATURES = 1_000
RATIO = 0.8
"""The best match has to be so much nearer than the second best (Lowe 2004, section 7.1)."""
REACH_PX = 2.0
"""Distance, in pixels of the small picture, within which a match agrees with a map."""
ENOUGH, SHARE = 12, 0.3
"""Matches that have to agree, and part of all of them."""
ALIKE = 0.6
"""Correlation of the brightness where the pictures overlap, -1..1. Of other scenes it is below 0.3."""
OVERLAP = 0.25
"""Part of the smaller picture, mapped, that has to lie in the other."""
STRETCH = 2.0
"""How many times wider than high pixels may have become: 16:9 that is squeezed into 4:3 has 1.33."""
SKEW = 0.05
"""Cosine of the angle between what was upright and what was level, at most."""
STRAIGHT = 0.03
"""Sine of the turn, from a quarter turn, up to which it is none: a camera on a tripod."""


def register(
    before_bgr: NDArray[np.uint8],
    after_bgr: NDArray[np.uint8],
    before_people_xyxy: Array,
    after_people_xyxy: Array,
) -> Array | None:
    """Find where the points of one picture are in another.

    Parameters
    ----------
    before_bgr, after_bgr : ndarray of uint8, shape (height, width, 3)
        Of any two sizes.
    before_people_xyxy, after_people_xyxy : ndarray, shape (n, 4)
        Who is in them, pixels: people move, so they are left out.

    Returns
    -------
    ndarray, shape (2, 3), or None
        What takes a point (x, y, 1) of the first, in pixels, to where it is in the second; None where nothing fits.
    """
    before, scale_before = _shrink(before_bgr)
    after, scale_after = _shrink(after_bgr)
    from_, to = _matches(before, after, before_people_xyxy * scale_before, after_people_xyxy * scale_after)
    affine = _fit(from_, to)
    if affine is None or not _alike(before, after, affine):
        return None
    found = affine.copy()
    found[:, :2] *= scale_before / scale_after
    found[:, 2] /= scale_after
    return found


def _shrink(image_bgr: NDArray[np.uint8]) -> tuple[Grey, float]:
    """A small grey picture, and its pixels for one of the frame."""
    height, width = image_bgr.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return grey.astype(np.uint8, copy=False), scale


def _matches(before: Grey, after: Grey, before_people: Array, after_people: Array) -> tuple[Array, Array]:
    """Places of the same features in both pictures, (n, 2) each."""
    sift = cv2.SIFT.create(FEATURES)
    points_before, looks_before = sift.detectAndCompute(before, _background(before, before_people))
    points_after, looks_after = sift.detectAndCompute(after, _background(after, after_people))
    none = np.zeros((0, 2))
    if len(points_before) < ENOUGH or len(points_after) < ENOUGH:
        return none, none
    pairs = cv2.BFMatcher().knnMatch(looks_before, looks_after, k=2)
    good = [best for best, second in pairs if best.distance < RATIO * second.distance]
    if not good:
        return none, none
    from_ = np.array([points_before[match.queryIdx].pt for match in good], np.float64)
    to = np.array([points_after[match.trainIdx].pt for match in good], np.float64)
    return from_, to


def _background(grey: Grey, people_xyxy: Array) -> Grey:
    """255 where features are looked for."""
    mask = np.full(grey.shape, 255, np.uint8)
    for left, top, right, bottom in people_xyxy.astype(int).tolist():
        mask[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
    return mask


def _fit(from_: Array, to: Array) -> Array | None:
    """The map that most matches agree on, shape (2, 3); None where they do not, or where no camera maps so."""
    if len(from_) < ENOUGH:
        return None
    affine, agree = cv2.estimateAffine2D(from_, to, method=cv2.RANSAC, ransacReprojThreshold=REACH_PX)
    if affine is None or agree.sum() < max(ENOUGH, SHARE * len(from_)):
        return None
    good = agree.ravel() == 1
    found = affine.astype(np.float64)
    return _straighten(found, from_[good], to[good]) if _possible(found) else None


def _possible(affine: Array) -> bool:
    """Whether a picture may have become another like this: enlarged, stretched, shifted, turned; not mirrored."""
    across, down = affine[:, 0], affine[:, 1]
    sizes = np.linalg.norm(across), np.linalg.norm(down)
    if min(sizes) <= 0.1 or max(sizes) > STRETCH * min(sizes) or np.linalg.det(affine[:, :2]) <= 0:
        return False
    return bool(abs(across @ down) <= SKEW * sizes[0] * sizes[1])


def _straighten(affine: Array, from_: Array, to: Array) -> Array:
    """Without the small turn that noise makes: scale and shift alone, fitted again to the matches that agree."""
    turn = affine[:, :2]
    axes = np.abs(turn).argmax(axis=1)  # along which axis of the first picture each of the second lies
    off = np.abs(turn[(0, 1), 1 - axes]) / np.linalg.norm(turn, axis=1)
    if axes[0] == axes[1] or off.max() > STRAIGHT:
        return affine
    straight = np.zeros((2, 3))
    for row, axis in enumerate(axes):
        straight[row, axis], straight[row, 2] = np.polyfit(from_[:, axis], to[:, row], 1)
    return straight


def _alike(before: Grey, after: Grey, affine: Array) -> bool:
    """Whether the pictures show the same where they overlap, and overlap enough."""
    size = (after.shape[1], after.shape[0])
    warped = cv2.warpAffine(before, affine, size, flags=cv2.INTER_AREA)
    inside = cv2.warpAffine(np.full(before.shape, 255, np.uint8), affine, size) > 250
    mapped = before.size * abs(float(np.linalg.det(affine[:, :2])))
    if inside.sum() < OVERLAP * min(mapped, after.size):
        return False
    pair = np.stack([warped[inside], after[inside]]).astype(np.float64)
    spread = pair.std(axis=1)
    if spread.min() < 1.0:
        return False
    return float(np.asarray(np.corrcoef(pair))[0, 1]) >= ALIKE
