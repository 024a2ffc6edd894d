"""Which people are inside which zone: vectorised over all people and zones of a frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.foot_points import FootPoints
from server.core.geometry import PolygonFields
from server.core.zone import Anchor, Zone

OVERLAP = 0.1
"""Minimum fraction of the box inside the zone with `Anchor.OVERLAP`."""
SHIFTS = np.array(((1, 0, 1, 0), (-1, 0, -1, 0), (0, 1, 0, 1), (0, -1, 0, -1)))

Membership = tuple[set[int], set[int]]
"""Track IDs that are clearly inside a zone, and those at its outline, which keep their state."""


class PolygonIndex:
    """The outlines of a stream's zones, for frames of one aspect ratio.

    Parameters
    ----------
    zones : sequence of Zone
    scale_x : float
        Frame width over frame height.
    """

    def __init__(self, zones: Sequence[Zone], scale_x: float) -> None:
        self.scale_x = scale_x
        self._zones = len(zones)
        self._fields = PolygonFields([zone.points_norm for zone in zones], scale_x) if zones else None
        self._overlaps = np.array([zone.anchor is Anchor.OVERLAP for zone in zones], bool)
        self._feet = np.array([zone.anchor is Anchor.FEET for zone in zones], bool)[:, None, None]

    def contains(self, people: FootPoints) -> list[Membership]:
        """Return the track IDs inside and at the outline, for each zone."""
        memberships: list[Membership] = [(set(), set()) for _ in range(self._zones)]
        if self._fields is None or not people.ids:
            return memberships
        points = np.where(self._feet, people.feet, people.centres)
        overlaps, reach = self._overlaps[:, None, None], people.band[:, None]
        low = np.where(overlaps, people.boxes[:, :2], points) - reach
        high = np.where(overlaps, people.boxes[:, 2:], points) + reach
        zones, persons = self._fields.near(low, high)
        if not len(zones):
            return memberships
        depth, band = np.empty(len(zones)), people.band[persons]
        chosen = self._overlaps[zones]
        by_point = ~chosen
        if chosen.any():
            depth[chosen] = _overlap(self._fields, people.boxes[persons[chosen]], band[chosen], zones[chosen])
        if by_point.any():
            depth[by_point] = self._fields.distance(points[zones, persons][by_point], zones[by_point])
        candidates = np.flatnonzero(depth >= -band)
        inside = depth[candidates] > band[candidates]
        for zone, person, in_ in zip(
            zones[candidates].tolist(), persons[candidates].tolist(), inside.tolist(), strict=True
        ):
            memberships[zone][not in_].add(people.ids[person])
        return memberships


def _overlap(
    fields: PolygonFields, boxes: NDArray[np.float64], band: NDArray[np.float64], zones: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return whether enough of each box lies inside its zone, expressed as a signed distance; (n,).

    Beyond ``band``, the box stays inside (positive) or outside (negative) when shifted by the band in any direction.
    So jitter below the band causes no change, as with points.

    Parameters
    ----------
    boxes, band, zones : NDArray
        (n, 4) xyxy in frame heights, (n,) half width of the band, (n,) zone index.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    least = OVERLAP * width * height
    spare = fields.covered(boxes, zones) - least
    depth = np.where(spare > 0, 2 * band, -2 * band)
    # A shift by the band changes the covered area by a strip at most, so most boxes need no further test.
    near = np.abs(spare) <= band * np.maximum(width, height)
    if near.any():
        shifts = SHIFTS[:, None] * band[near, None]
        moved = fields.covered((boxes[near] + shifts).reshape(-1, 4), np.tile(zones[near], len(shifts)))
        enough = moved.reshape(len(shifts), -1) > least[near]
        depth[near] = np.where(enough.all(axis=0), 2, np.where(enough.any(axis=0), 0, -2)) * band[near]
    return depth
