"""Counters of one zone."""

from dataclasses import dataclass

from server.core.dwell import Dwell, DwellFigures
from server.core.foot_points import FootPoints
from server.core.observed import observed_ms
from server.core.polygon_index import Membership
from server.core.visits import Event, VisitChange, Visits
from server.core.zone import Zone


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """The metrics of a zone after a frame.

    Attributes
    ----------
    occupancy, peak : int
        People inside now, and the maximum so far.
    average : float
        Mean occupancy over the observed time with a known count.
    entries, exits : int
        Number of entries and exits; entries - exits = occupancy + lost.
    lost : int
        People that disappeared inside the zone and may still be there.
    visitors : int
        Unique visitors; a return within the zone's `revisit_s` does not count again.
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

    def update(
        self, people: FootPoints, membership: Membership, *, known: bool = True, followed: bool = True
    ) -> list[Event]:
        """Process a frame and return its visit events.

        Time after a frame whose count is not `known` is excluded from the average. Without tracking (`followed`
        False), the people inside are present, but no entries, exits or dwell times are counted: ongoing visits
        end.
        """
        self._followed = followed
        if followed:
            events = self._visits.update(people.t, *membership, people.seen)
        else:
            events = self._visits.close()
            self._inside = sorted(membership[0])
        self._count(events)
        step = observed_ms(self._t, people.t) if self._known else 0.0
        self._person_ms += self._occupancy * step
        self._elapsed_ms += step
        self._t, self._known = people.t, known
        self._occupancy = len(self.present())
        self._peak = max(self._peak, self._occupancy)
        return events

    def change(self, zone: Zone) -> None:
        """Replace the zone; people inside stay inside until detected elsewhere."""
        self.zone = zone
        self._visits.set_times(zone)

    def reset(self) -> list[Event]:
        """Restart the counts with the people present now; return the end events of past visits."""
        events = self._visits.reset()
        remaining = self._visits.present_or_lost()
        self._totals = dict.fromkeys(VisitChange, 0) | {VisitChange.ENTRY: remaining, VisitChange.VISITOR: remaining}
        self._dwell = Dwell()
        self._peak = self._occupancy
        self._person_ms = self._elapsed_ms = 0.0
        return events

    def close(self) -> list[Event]:
        """End all visits, because monitoring ends or track IDs restart."""
        events = self._visits.close()
        self._count(events)
        self._occupancy, self._inside = 0, []
        self._known = False  # until the next frame: their absence was not observed
        return events

    def present(self) -> list[int]:
        """Return the track IDs that count as inside."""
        return self._visits.present() if self._followed else self._inside

    def figures(self) -> ZoneFigures:
        """Return the metrics after the latest frame."""
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

    def _count(self, events: list[Event]) -> None:
        for event in events:
            self._totals[event.kind] += 1
            if event.kind is VisitChange.END:
                self._dwell.add(event.dwell_s)
