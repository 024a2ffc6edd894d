"""Foot points of a frame's people with their uncertainty, as arrays for all zones and lines at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import BORDER, Points
from server.core.tracks import Tracks

BAND = 0.04
"""Half width of the hysteresis band around an outline, as a fraction of the box height.

The lower edge of a standing person's box jitters by 1 to 3 % of the height from frame to frame."""
MIN_CROSSING_SCORE = 0.25
"""Minimum score of a detection that may move a person across a line. Of fainter ones, three in four are false
positives or have occluded feet."""
EDGE_SIGMA = 0.02
"""Standard deviation of the lower edge of a confident detection, as a fraction of its height."""
SCORE_SIGMA = 0.12
"""Additional standard deviation at score 0, scaled by the squared complement of the score. Measured on street video."""
OCCLUSION_FACTOR = 4.0
"""Increase of the score-dependent deviation, as a multiple, for fully occluded feet: the box may end anywhere on the
legs."""
CENTRE_RATIO = 0.5
"""Standard deviation of the horizontal centre relative to the lower edge: head and shoulders constrain it."""
PIXEL_SIGMA = 1.0
"""Standard deviation from pixel quantisation, pixels."""
PERSON_ASPECT = 0.4
"""Width of a person relative to the height, for boxes truncated by the frame border."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FootPoints:
    """The foot points of one frame's people. All coordinates are in frame heights (x multiplied by `scale_x`).

    Attributes
    ----------
    t : float
        Capture time, milliseconds.
    scale_x : float
        Frame width over frame height.
    ids : list of int
        Track IDs.
    seen : frozenset of int
        The same IDs as a set.
    boxes : NDArray
        (n, 4) xyxy.
    feet, centres : Points
        (n, 2) bottom centre and centre of each box.
    heights : NDArray
        (n,) heights of the people, at least those of their boxes.
    spread : Points
        (n, 2) standard deviation of the feet along x and y.
    reliable : NDArray of bool
        (n,) whether the detection is confident enough to move a person across a line.
    band : NDArray
        (n,) half width of the hysteresis band.
    """

    t: float
    scale_x: float
    ids: list[int]
    seen: frozenset[int]
    boxes: Array
    feet: Points
    centres: Points
    heights: Array
    spread: Points
    reliable: NDArray[np.bool_]
    band: Array


def foot_points(tracks: Tracks) -> FootPoints:
    """Return the foot points of these tracks."""
    scale_x = tracks.width / tracks.height
    boxes = np.array([person.box_norm for person in tracks.people], float).reshape(-1, 4) * (scale_x, 1, scale_x, 1)
    scores = np.array([person.score for person in tracks.people], float)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    heights = _heights(boxes)
    spread = _spread(boxes, heights, scores, tracks.height, scale_x)
    ids = [person.id for person in tracks.people]
    return FootPoints(
        t=tracks.t,
        scale_x=scale_x,
        ids=ids,
        seen=frozenset(ids),
        boxes=boxes,
        feet=np.stack([middle, boxes[:, 3]], axis=1),
        centres=np.stack([middle, (boxes[:, 1] + boxes[:, 3]) / 2], axis=1),
        heights=heights,
        spread=spread,
        reliable=scores >= MIN_CROSSING_SCORE,
        band=np.maximum(BAND * heights, spread[:, 1]),
    )


def _heights(boxes: Array) -> Array:
    """Return the heights of people, (n,). Where the lower border truncates a box, its width gives a lower bound."""
    tall, wide = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    return np.where(boxes[:, 3] >= 1 - BORDER, np.maximum(tall, wide / PERSON_ASPECT), tall)


def _spread(boxes: Array, heights: Array, scores: Array, pixels: int, scale_x: float) -> Points:
    """Return the standard deviation of the feet along x and y, (n, 2), in frame heights."""
    score_sigma = SCORE_SIGMA * (1 - scores) ** 2
    along_y = heights * (EDGE_SIGMA + score_sigma * (1 + OCCLUSION_FACTOR * _occluded(boxes)))
    # A box truncated at the left or right lacks part of a person's width; its centre is off by half of that.
    cut = (boxes[:, 0] <= BORDER * scale_x) | (boxes[:, 2] >= (1 - BORDER) * scale_x)
    lost = np.where(cut, np.maximum(0, PERSON_ASPECT * heights - (boxes[:, 2] - boxes[:, 0])) / 2, 0)
    along_x = heights * CENTRE_RATIO * (EDGE_SIGMA + score_sigma) + lost
    return np.stack([along_x, along_y], axis=1) + PIXEL_SIGMA / pixels


def _occluded(boxes: Array) -> Array:
    """Return the fraction of each box's lower edge that people closer to the camera occlude; (n,), 0..1."""
    left, top, right, bottom = boxes.T
    slack = EDGE_SIGMA * (bottom - top)
    nearer = (bottom[None] > (bottom + slack)[:, None]) & (top[None] < bottom[:, None])
    shared = np.minimum(right[:, None], right[None]) - np.maximum(left[:, None], left[None])
    covered = np.where(nearer, np.maximum(shared, 0), 0).sum(axis=1)
    share: Array = np.minimum(covered / np.maximum(right - left, 1e-9), 1)
    return share
