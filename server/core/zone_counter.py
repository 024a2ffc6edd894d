"""Counts people in one zone."""

from dataclasses import dataclass

from server.core.dwell import Dwell, DwellFigures
from server.core.foot_points import FootPoints
from server.core.observed import observed_ms
from server.core.polygon_index import Place
from server.core.visits import Event, VisitChange, Visits
from server.core.zone import Zone


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """What is known of a zone after a frame.

    Attributes
    ----------
    occupancy, peak : int
        People inside now, and the most there were.
    average : float
        Of the occupancy over the observed time; moments in which it was not known are left out.
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
        self._totals = dict.fromkeys(VisitChange, 0)
        self._peak = 0
        self._occupancy = 0
        self._person_ms = 0.0
        self._elapsed_ms = 0.0
        self._t: float | None = None
        self._known = True
        self._followed = True
        self._inside: list[int] = []

    def update(self, people: FootPoints, place: Place, *, known: bool = True, followed: bool = True) -> list[Event]:
        """Take in a frame and who of its people is inside; say what happened.

        Where it is not `known` how many there are, the time until the next frame is left out of the average. Where
        people cannot be `followed` from frame to frame, who is inside is present, and nobody comes, goes or stays:
        visits end.
        """
        self._followed = followed
        if followed:
            events = self._visits.update(people.t, *place, people.seen)
        else:
            events = self._visits.close()
            self._inside = sorted(place[0])
        self._take(events)
        step = observed_ms(self._t, people.t) if self._known else 0.0
        self._person_ms += self._occupancy * step
        self._elapsed_ms += step
        self._t, self._known = people.t, known
        self._occupancy = len(self.present())
        self._peak = max(self._peak, self._occupancy)
        return events

    def change(self, zone: Zone) -> None:
        """The user changed the zone: whoever is inside stays until seen elsewhere."""
        self.zone = zone
        self._visits.take_times(zone)

    def reset(self) -> list[Event]:
        """Begin the counts anew with those who are there now; say which visits that ends."""
        events = self._visits.reset()
        there = self._visits.staying()
        self._totals = dict.fromkeys(VisitChange, 0) | {VisitChange.ENTRY: there, VisitChange.VISITOR: there}
        self._dwell = Dwell()
        self._peak = self._occupancy
        self._person_ms = self._elapsed_ms = 0.0
        return events

    def close(self) -> list[Event]:
        """Nobody is watched any more, or identities start again: everybody who was inside leaves."""
        events = self._visits.close()
        self._take(events)
        self._occupancy, self._inside = 0, []
        self._known = False  # until the next frame: that they are gone was not seen
        return events

    def present(self) -> list[int]:
        """Identities that count as inside."""
        return self._visits.present() if self._followed else self._inside

    def figures(self) -> ZoneFigures:
        """The figures after the last frame."""
        average = self._person_ms / self._elapsed_ms if self._elapsed_ms else float(self._occupancy)
        return ZoneFigures(
            occupancy=self._occupancy,
            peak=self._peak,
            average=average,
            entries=self._totals[VisitChange.ENTRY],
            exits=self._totals[VisitChange.EXIT],
            lost=self._visits.lost(),
            visitors=self._totals[VisitChange.VISITOR],
            dwell=self._dwell.figures(self._visits.longest_s()),
        )

    def _take(self, events: list[Event]) -> None:
        for event in events:
            self._totals[event.kind] += 1
            if event.kind is VisitChange.END:
                self._dwell.add(event.dwell_s)
