"""Where the people of a frame stand, and how sure that is, as arrays for all zones and lines at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import BORDER, Points
from server.core.tracks import Tracks

BAND = 0.04
"""Half the width of the band around an outline in which people keep their side, as a fraction of the box's height.

The lower edge of a detection of a standing person wanders by 1 to 3 % of the height from frame to frame."""
FIRM = 0.25
"""Score from which a sighting moves people across lines. Of fainter ones three in four belong to no person, or to one
whose feet are hidden."""
STEADY = 0.02
"""Standard deviation of the lower edge of a good detection, as a fraction of its height."""
FAINT = 0.12
"""The same of the faintest detection in sight, on top; it falls with the square of the score. Measured on a street."""
HIDDEN = 4.0
"""So many times more where another person hides the feet: the box may end anywhere on the legs."""
ASIDE = 0.5
"""Standard deviation of the middle, as a fraction of that of the lower edge: head and shoulders show where it is."""
PIXEL = 1.0
"""Standard deviation from the picture's grain, pixels."""
SLIM = 0.4
"""Width of a person, as a fraction of the height: what the border of the frame leaves of a box does not show it."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FootPoints:
    """The people of one frame.

    Attributes
    ----------
    t : float
        Capture time, milliseconds.
    scale_x : float
        Frame width over height.
    ids : list of int
        Identities.
    seen : frozenset of int
        The same.
    boxes : NDArray
        (n, 4) left, top, right, bottom in frame heights (x scaled).
    feet, centres : Points
        (n, 2) in frame heights.
    heights : NDArray
        (n,) of the people, frame heights; at least those of the boxes.
    spread : Points
        (n, 2) standard deviation of the feet along x and y, frame heights.
    firm : NDArray of bool
        (n,) whether the sighting is good enough to move a person across a line.
    band : NDArray
        (n,) half width of the band, frame heights.
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
    firm: NDArray[np.bool_]
    band: Array


def foot_points(tracks: Tracks) -> FootPoints:
    """Where the people of these tracks stand."""
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
        firm=scores >= FIRM,
        band=np.maximum(BAND * heights, spread[:, 1]),
    )


def _heights(boxes: Array) -> Array:
    """How tall people are, (n,): of people cut off by the lower border at least what fits their width."""
    tall, wide = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    return np.where(boxes[:, 3] >= 1 - BORDER, np.maximum(tall, wide / SLIM), tall)


def _spread(boxes: Array, heights: Array, scores: Array, pixels: int, scale_x: float) -> Points:
    """Standard deviation of the feet, (n, 2) in frame heights."""
    doubt = FAINT * (1 - scores) ** 2
    along_y = heights * (STEADY + doubt * (1 + HIDDEN * _hidden(boxes)))
    # What the left or right border cuts off is as wide as a person less what is seen; the middle is half of it away.
    cut = (boxes[:, 0] <= BORDER * scale_x) | (boxes[:, 2] >= (1 - BORDER) * scale_x)
    lost = np.where(cut, np.maximum(0, SLIM * heights - (boxes[:, 2] - boxes[:, 0])) / 2, 0)
    along_x = heights * ASIDE * (STEADY + doubt) + lost
    return np.stack([along_x, along_y], axis=1) + PIXEL / pixels


def _hidden(boxes: Array) -> Array:
    """How much of the lower edge of each box others hide, who stand nearer to the camera; (n,), 0..1."""
    left, top, right, bottom = boxes.T
    slack = STEADY * (bottom - top)
    nearer = (bottom[None] > (bottom + slack)[:, None]) & (top[None] < bottom[:, None])
    shared = np.minimum(right[:, None], right[None]) - np.maximum(left[:, None], left[None])
    covered = np.where(nearer, np.maximum(shared, 0), 0).sum(axis=1)
    share: Array = np.minimum(covered / np.maximum(right - left, 1e-9), 1)
    return share
