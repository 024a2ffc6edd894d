"""Who is inside which zone: the people of a frame against the outlines of all zones, in one go."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.foot_points import FootPoints
from server.core.geometry import PolygonFields
from server.core.zone import Anchor, Zone

OVERLAP = 0.1
"""Part of the box that has to be inside with `Anchor.OVERLAP`."""
SIDEWAYS = np.array(((1, 0, 1, 0), (-1, 0, -1, 0), (0, 1, 0, 1), (0, -1, 0, -1)))

Place = tuple[set[int], set[int]]
"""Identities that are clearly inside a zone, and those at its outline, who stay what they were."""


class PolygonIndex:
    """The outlines of a stream's zones in a frame of one shape.

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

    def place(self, people: FootPoints) -> list[Place]:
        """Who is inside and who is at the outline, zone by zone."""
        places: list[Place] = [(set(), set()) for _ in range(self._zones)]
        if self._fields is None or not people.ids:
            return places
        points = np.where(self._feet, people.feet, people.centres)
        overlaps, reach = self._overlaps[:, None, None], people.band[:, None]
        low = np.where(overlaps, people.boxes[:, :2], points) - reach
        high = np.where(overlaps, people.boxes[:, 2:], points) + reach
        zones, persons = self._fields.near(low, high)
        if not len(zones):
            return places
        depth, band = np.empty(len(zones)), people.band[persons]
        chosen = self._overlaps[zones]
        by_point = ~chosen
        if chosen.any():
            depth[chosen] = _overlap(self._fields, people.boxes[persons[chosen]], band[chosen], zones[chosen])
        if by_point.any():
            depth[by_point] = self._fields.distance(points[zones, persons][by_point], zones[by_point])
        held = np.flatnonzero(depth >= -band)
        inside = depth[held] > band[held]
        for zone, person, in_ in zip(zones[held].tolist(), persons[held].tolist(), inside.tolist(), strict=True):
            places[zone][not in_].add(people.ids[person])
        return places


def _overlap(
    fields: PolygonFields, boxes: NDArray[np.float64], band: NDArray[np.float64], zones: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Whether enough of each box lies inside its zone, as if it were a distance; (n,).

    Above the band: wherever the box is moved by the width of the band, enough is inside. Below: nowhere. So whoever
    wanders by less changes no sides here either, whatever the shape of box and zone.

    Parameters
    ----------
    boxes, band, zones : NDArray
        (n, 4) in frame heights, (n,) half width of the band, (n,) index of the zone.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    least = OVERLAP * width * height
    spare = fields.covered(boxes, zones) - least
    depth = np.where(spare > 0, 2 * band, -2 * band)
    # A shift by the band changes what is covered by a strip at most; most boxes are further from the limit.
    near = np.abs(spare) <= band * np.maximum(width, height)
    if near.any():
        shifts = SIDEWAYS[:, None] * band[near, None]
        moved = fields.covered((boxes[near] + shifts).reshape(-1, 4), np.tile(zones[near], len(shifts)))
        enough = moved.reshape(len(shifts), -1) > least[near]
        depth[near] = np.where(enough.all(axis=0), 2, np.where(enough.any(axis=0), 0, -2)) * band[near]
    return depth
