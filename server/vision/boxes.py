"""Geometry of many boxes at once."""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ANY_SCORE = 0.0


def areas(boxes_xyxy: Array) -> Array:
    """Areas, shape (n,), of boxes of shape (n, 4)."""
    area: Array = (boxes_xyxy[:, 2] - boxes_xyxy[:, 0]) * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])
    return area


def intersections(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Shared areas, shape (n, m), of boxes of shapes (n, 4) and (m, 4)."""
    corner = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    sides = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:]) - corner
    np.clip(sides, 0.0, None, out=sides)
    shared: Array = sides[..., 0] * sides[..., 1]
    return shared


def iou(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Intersection over union, shape (n, m)."""
    shared = intersections(a_xyxy, b_xyxy)
    union = areas(a_xyxy)[:, None] + areas(b_xyxy)[None] - shared
    return shared / np.maximum(union, 1e-9)


def coverage(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Intersection over the smaller area, shape (n, m): 1 when one box lies inside the other."""
    smaller = np.minimum(areas(a_xyxy)[:, None], areas(b_xyxy)[None])
    return intersections(a_xyxy, b_xyxy) / np.maximum(smaller, 1e-9)


def suppress(boxes_xyxy: Array, scores: Array, most_iou: float) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: indices of the kept boxes, best first.

    Parameters
    ----------
    boxes_xyxy : ndarray, shape (n, 4)
    scores : ndarray, shape (n,)
    most_iou : float
        A box that overlaps a better one by more than this is the same person again.
    """
    if not len(scores):
        return np.zeros(0, np.intp)
    ltwh = np.hstack([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]])
    # In a hall with hundreds of boxes a fiftieth of the time that arrays of all pairs take.
    return np.asarray(cv2.dnn.NMSBoxes(ltwh.tolist(), scores.tolist(), _ANY_SCORE, most_iou), np.intp)
