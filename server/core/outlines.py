"""Who is inside which zone: the people of a frame against the outlines of all zones, in one go."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.footing import Footing
from server.core.geometry import Points, PolygonFields
from server.core.zone import Anchor, Zone

OVERLAP = 0.1
"""Part of the box that has to be inside with `Anchor.OVERLAP`."""
SAMPLES = 5
"""The overlap is measured on a grid of this many points a side: steps of 4 %."""

Place = tuple[set[int], set[int]]
"""Identities that are clearly inside a zone, and those at its outline, who stay what they were."""


class Outlines:
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

    def place(self, people: Footing) -> list[Place]:
        """Who is inside and who is at the outline, zone by zone."""
        places: list[Place] = [(set(), set()) for _ in range(self._zones)]
        if self._fields is None or not people.ids:
            return places
        points = np.where(self._feet, people.feet, people.centres)
        overlaps, reach = self._overlaps[:, None, None], people.band[:, None]
        low = np.where(overlaps, people.boxes[:, :2], points - reach)
        high = np.where(overlaps, people.boxes[:, 2:], points + reach)
        zones, persons = self._fields.near(low, high)
        if not len(zones):
            return places
        depth, band = self._fields.distance(points[zones, persons], zones), people.band[persons]
        if self._overlaps.any():
            chosen = self._overlaps[zones]
            depth[chosen] = _overlap(self._fields, people.boxes[persons[chosen]], zones[chosen]) - OVERLAP
            band[chosen] = OVERLAP / 2
        found = zip(zones.tolist(), persons.tolist(), (depth > band).tolist(), (depth >= -band).tolist(), strict=True)
        for zone, person, inside, held in found:
            if held:
                places[zone][not inside].add(people.ids[person])
        return places


def _overlap(fields: PolygonFields, boxes: NDArray[np.float64], zones: NDArray[np.intp]) -> NDArray[np.float64]:
    """Part of each box, (n, 4) in frame heights, that lies inside its zone; (n,) 0..1."""
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    x = boxes[:, 0, None] + (boxes[:, 2] - boxes[:, 0])[:, None] * np.repeat(steps, SAMPLES)
    y = boxes[:, 1, None] + (boxes[:, 3] - boxes[:, 1])[:, None] * np.tile(steps, SAMPLES)
    points: Points = np.stack([x.ravel(), y.ravel()], axis=1)
    inside = fields.distance(points, np.repeat(zones, SAMPLES**2)) > 0
    part: NDArray[np.float64] = inside.reshape(len(boxes), SAMPLES**2).mean(axis=1)
    return part
