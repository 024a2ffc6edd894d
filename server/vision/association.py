"""Data association: costs, gates and the assignment of detections to tracks."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from server.vision.boxes import coverage, iou

Array = NDArray[np.float64]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Row and column indices of the matches."""

_IMPOSSIBLE = 1e6

GATE = 9.21
"""Gate on the squared Mahalanobis distance of centres: 99 % quantile of chi-squared with 2 degrees of freedom."""
MAX_SHRINKAGE = 0.5
"""Largest loss of height between two frames, as a logarithm: to 0.6 of the height."""
MAX_GROWTH = 0.8
"""Largest gain of height: when an occlusion ends, 2.2 times as much may be visible."""
EDGE_MARGIN = 0.02
"""Distance to the frame edge, in box heights, within which a box counts as truncated."""
TRUNCATED_WEIGHT = 0.8
"""Weight of coverage relative to IoU, for boxes truncated by the frame edge."""


def assign(costs: Array, limit: float) -> Pairs:
    """Return the assignment with the least total cost, without pairs above `limit` (Hungarian algorithm).

    Parameters
    ----------
    costs : ndarray, shape (n, m)
    limit : float
    """
    if not costs.size:
        nothing = np.zeros(0, np.intp)
        return nothing, nothing
    rows, columns = linear_sum_assignment(np.where(costs <= limit, costs, _IMPOSSIBLE))
    possible = costs[rows, columns] <= limit
    return rows[possible], columns[possible]


def overlaps(expected_xyxy: Array, boxes_xyxy: Array, cut: NDArray[np.bool_]) -> Array:
    """Return the overlap of expected boxes, (n, 4), and detections, (m, 4); 0..1, shape (n, m).

    The overlap is the IoU. Detections truncated by the frame edge (`cut`, shape (m,)) show a part of a person, so
    for them coverage counts, too.
    """
    shared = iou(expected_xyxy, boxes_xyxy)
    if cut.any():
        inside = TRUNCATED_WEIGHT * coverage(expected_xyxy, boxes_xyxy[cut])
        shared[:, cut] = np.maximum(shared[:, cut], inside)
    return shared


def identity_costs(
    distances: Array, shared: Array, appearance: Array, away: Array, different: float, reunite: float
) -> Array:
    """Return the cost of assigning confident detections to tracks: position, overlap and appearance.

    Parameters
    ----------
    distances : ndarray, shape (n, m)
        Squared Mahalanobis distances.
    shared : ndarray, shape (n, m)
        Overlaps with the expected boxes, 0..1.
    appearance : ndarray, shape (n, m)
        Cosine distances of appearance embeddings.
    away : ndarray, shape (n,)
        Time since the last confident detection: 0 for the previous frame, 1 from ``AWAY_S`` on.
    different, reunite : float
        Distance thresholds of the features, see `Features`.

    Returns
    -------
    ndarray, shape (n, m)
        About 0 for a perfect match; above any limit for impossible pairs.
    """
    costs = 0.2 * distances / GATE + 0.3 * (1 - shared) + 0.5 * np.minimum(appearance / different, 2.0)
    # The position of a track that was away is uncertain, so its appearance has to match more closely. A visible person
    # may turn around and change appearance a little.
    limit = different + (reunite - different) * away[:, None]
    implausible = (appearance > limit) & (shared < 0.5)
    costs[(distances > GATE) | implausible | (appearance > 1.5 * different)] = _IMPOSSIBLE
    return costs


def same_height(people_heights: Array, heights: Array, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which heights, (n,) and (m,), may belong to one person; shape (n, m).

    Of a person truncated by the frame edge (`cut`, shape (m,)), any smaller part may be visible, but nothing
    larger.
    """
    growth = np.log(heights[None] / people_heights[:, None])
    possible: NDArray[np.bool_] = (growth <= MAX_GROWTH) & ((growth >= -MAX_SHRINKAGE) | cut[None])
    return possible


def cut_by_edge(boxes_xyxy: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Return which boxes, (n, 4), are truncated by the frame edge; (n,)."""
    margin = EDGE_MARGIN * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])
    left, top, right, bottom = boxes_xyxy.T
    cut: NDArray[np.bool_] = (left < margin) | (top < margin) | (right > width - margin) | (bottom > height - margin)
    return cut
