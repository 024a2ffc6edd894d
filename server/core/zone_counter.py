"""Counts people in one zone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.dwell import Dwell, DwellFigures
from server.core.footing import Footing
from server.core.geometry import PolygonField
from server.core.visits import Event, Kind, Visits
from server.core.zone import Anchor, Zone

OVERLAP = 0.1
"""Part of the box that has to be inside with `Anchor.OVERLAP`."""
SAMPLES = 5
"""The overlap is measured on a grid of this many points a side: steps of 4 %."""


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """What is known of a zone after a frame.

    Attributes
    ----------
    occupancy, peak : int
        People inside now, and the most there were.
    average : float
        Of the occupancy over time.
    entries, exits : int
        People who came in and went out. entries - exits = occupancy + lost.
    lost : int
        People who went unseen inside and may still be there.
    visitors : int
        Different people; whoever comes back within the zone's `revisit_s` is the same.
    dwell : DwellFigures
    """

    occupancy: int
    peak: int
    average: float
    entries: int
    exits: int
    lost: int
    visitors: int
    dwell: DwellFigures


class ZoneCounter:
    """The counters of one zone.

    Parameters
    ----------
    zone : Zone
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._visits = Visits(zone)
        self._dwell = Dwell()
        self._field: PolygonField | None = None
        self._scale_x = 0.0
        self._totals = dict.fromkeys(Kind, 0)
        self._peak = 0
        self._occupancy = 0
        self._person_ms = 0.0
        self._elapsed_ms = 0.0
        self._t: float | None = None

    def update(self, people: Footing) -> list[Event]:
        """Take in a frame and say what happened."""
        inside, held = ({people.ids[index] for index in indices} for indices in self._sort(people))
        events = self._visits.update(people.t, inside, held, people.seen)
        self._take(events)
        if self._t is not None:
            step = people.t - self._t
            self._person_ms += self._occupancy * step
            self._elapsed_ms += step
        self._t = people.t
        self._occupancy = len(self._visits.present())
        self._peak = max(self._peak, self._occupancy)
        return events

    def reset(self) -> None:
        """Begin the counts anew with those who are there now."""
        there = self._visits.reset()
        self._totals = dict.fromkeys(Kind, 0) | {Kind.ENTRY: there, Kind.VISITOR: there}
        self._dwell = Dwell()
        self._peak = self._occupancy
        self._person_ms = self._elapsed_ms = 0.0

    def restart(self) -> list[Event]:
        """Identities start again: everybody who was inside leaves."""
        events = self._visits.close()
        self._take(events)
        self._occupancy = 0
        return events

    def present(self) -> list[int]:
        """Identities that count as inside."""
        return self._visits.present()

    def figures(self) -> ZoneFigures:
        """The figures after the last frame."""
        average = self._person_ms / self._elapsed_ms if self._elapsed_ms else float(self._occupancy)
        return ZoneFigures(
            occupancy=self._occupancy,
            peak=self._peak,
            average=average,
            entries=self._totals[Kind.ENTRY],
            exits=self._totals[Kind.EXIT],
            lost=self._visits.lost(),
            visitors=self._totals[Kind.VISITOR],
            dwell=self._dwell.figures(self._visits.longest_s()),
        )

    def _take(self, events: list[Event]) -> None:
        for event in events:
            self._totals[event.kind] += 1
            if event.kind is Kind.END:
                self._dwell.add(event.dwell_s)

    def _sort(self, people: Footing) -> tuple[set[int], set[int]]:
        """Indices of people inside and at the outline."""
        if not people.ids:
            return set(), set()
        if self._field is None or self._scale_x != people.scale_x:
            self._field, self._scale_x = PolygonField(self.zone.points_norm, people.scale_x), people.scale_x
        if self.zone.anchor is Anchor.OVERLAP:
            near = self._field.near(people.boxes[:, :2], people.boxes[:, 2:])
            depth = _overlap(self._field, people.boxes[near]) - OVERLAP
            band = np.full(len(near), OVERLAP / 2)
        else:
            points = people.feet if self.zone.anchor is Anchor.FEET else people.centres
            reach = people.band[:, None]
            near = self._field.near(points - reach, points + reach)
            depth, band = self._field.distance(points[near]), people.band[near]
        return set(near[depth > band].tolist()), set(near[np.abs(depth) <= band].tolist())


def _overlap(field: PolygonField, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part of each box, (n, 4) in frame heights, that lies inside; (n,) 0..1."""
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    x = boxes[:, 0, None] + (boxes[:, 2] - boxes[:, 0])[:, None] * np.repeat(steps, SAMPLES)
    y = boxes[:, 1, None] + (boxes[:, 3] - boxes[:, 1])[:, None] * np.tile(steps, SAMPLES)
    inside = field.distance(np.stack([x.ravel(), y.ravel()], axis=1)) > 0
    part: NDArray[np.float64] = inside.reshape(len(boxes), SAMPLES**2).mean(axis=1)
    return part
