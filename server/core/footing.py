"""Where the people of a frame stand, as arrays for all zones and lines at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.geometry import Points
from server.core.tracks import Tracks

BAND = 0.04
"""Half the width of the band around an outline in which nobody changes sides, as a fraction of the box's height.

The lower edge of a detection of a standing person wanders by 1 to 3 % of the height from frame to frame."""


@dataclass(frozen=True, slots=True)
class Footing:
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
    band : NDArray
        (n,) half width of the band, frame heights.
    """

    t: float
    scale_x: float
    ids: list[int]
    seen: frozenset[int]
    boxes: NDArray[np.float64]
    feet: Points
    centres: Points
    band: NDArray[np.float64]


def footing(tracks: Tracks) -> Footing:
    """Where the people of these tracks stand."""
    scale_x = tracks.width / tracks.height
    boxes = np.array([person.box_norm for person in tracks.people], float).reshape(-1, 4) * (scale_x, 1, scale_x, 1)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    ids = [person.id for person in tracks.people]
    return Footing(
        t=tracks.t,
        scale_x=scale_x,
        ids=ids,
        seen=frozenset(ids),
        boxes=boxes,
        feet=np.stack([middle, boxes[:, 3]], axis=1),
        centres=np.stack([middle, (boxes[:, 1] + boxes[:, 3]) / 2], axis=1),
        band=BAND * (boxes[:, 3] - boxes[:, 1]),
    )
