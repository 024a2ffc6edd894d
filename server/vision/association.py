"""Which detection is which person: costs, gates and the assignment."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from server.vision.boxes import coverage, iou

Array = NDArray[np.float64]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of the matched."""

_IMPOSSIBLE = 1e6

GATE = 9.21
"""Largest squared Mahalanobis distance of centres: 99 % of chi-squared with 2 degrees of freedom."""
SHORTER = 0.5
"""Largest loss of height, as a logarithm: a person does not shrink to 0.6 of the height between two frames."""
TALLER = 0.8
"""Largest gain: of somebody who comes out from behind others, 2.2 times as much is seen as was."""
EDGE = 0.02
"""Heights: a box that is as near to the frame's edge as this is cut by it."""
CUT_OVERLAP = 0.8
"""What lying inside the expected box counts, against an overlap of the whole, for a box that the frame's edge cuts."""


def assign(costs: Array, limit: float) -> Pairs:
    """Match rows and columns at the least total cost, no pair above `limit`.

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
    """How well detections of shape (m, 4) lie where people of shape (n, 4) are expected; 0..1, shape (n, m).

    Intersection over union. Where the edge of the frame cuts a person (`cut`, shape (m,)) only a part is seen, which
    overlaps little of the whole but lies inside it.
    """
    shared = iou(expected_xyxy, boxes_xyxy)
    if cut.any():
        inside = CUT_OVERLAP * coverage(expected_xyxy, boxes_xyxy[cut])
        shared[:, cut] = np.maximum(shared[:, cut], inside)
    return shared


def identity_costs(
    distances: Array, shared: Array, looks: Array, away: Array, different: float, reunite: float
) -> Array:
    """Cost of taking a sure detection for a confirmed person: position, overlap and looks.

    Parameters
    ----------
    distances : ndarray, shape (n, m)
        Squared Mahalanobis distances.
    shared : ndarray, shape (n, m)
        Overlaps with the expected boxes, 0..1.
    looks : ndarray, shape (n, m)
        Cosine distances of appearance.
    away : ndarray, shape (n,)
        How long nobody saw the person well: 0 for the frame before, 1 from ``AWAY_S`` on.
    different, reunite : float
        Of the features, see `Features`.

    Returns
    -------
    ndarray, shape (n, m)
        About 0 for a perfect match; beyond any limit where the pair is out of the question.
    """
    costs = 0.2 * distances / GATE + 0.3 * (1 - shared) + 0.5 * np.minimum(looks / different, 2.0)
    # Someone who was away comes back with less certainty about where, and has to look the more alike; someone where
    # they are expected may turn round and look a little different.
    limit = different + (reunite - different) * away[:, None]
    doubtful = (looks > limit) & (shared < 0.5)
    costs[(distances > GATE) | doubtful | (looks > 1.5 * different)] = _IMPOSSIBLE
    return costs


def same_height(people_heights: Array, heights: Array, cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where heights of shape (n,) and (m,) may be one person's; shape (n, m).

    Of somebody whom the frame's edge cuts (`cut`, shape (m,)) any smaller part may be seen, but nothing larger.
    """
    growth = np.log(heights[None] / people_heights[:, None])
    possible: NDArray[np.bool_] = (growth <= TALLER) & ((growth >= -SHORTER) | cut[None])
    return possible


def cut_by_edge(boxes_xyxy: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Which boxes of shape (n, 4) the edge of the frame cuts."""
    margin = EDGE * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])
    left, top, right, bottom = boxes_xyxy.T
    cut: NDArray[np.bool_] = (left < margin) | (top < margin) | (right > width - margin) | (bottom > height - margin)
    return cut
