"""Visits to one zone: presence, entries, exits and dwell time by track ID."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from server.core.zone import Zone

LOST_MS = 10_000.0
"""Time without a detection after which a person has left, milliseconds. The tracker drops lost tracks by then."""


class Phase(Enum):
    """The phase of a track ID's visit."""

    ENTERING = "entering"  # inside, but not yet for `entry_s`
    INSIDE = "inside"
    LEAVING = "leaving"  # outside or undetected, but not yet for `exit_s`
    LOST = "lost"  # undetected for longer: neither present nor exited
    AWAY = "away"  # left, may return within `revisit_s` and continue the visit


PRESENT = (Phase.INSIDE, Phase.LEAVING)


class VisitChange(Enum):
    """The kind of a visit event."""

    VISITOR = "visitor"  # a track ID that is new, or back after more than `revisit_s`
    ENTRY = "entry"
    EXIT = "exit"
    END = "end"  # the visit is over: no return within `revisit_s`


@dataclass(frozen=True, slots=True)
class Event:
    """A visit event in a zone.

    Attributes
    ----------
    kind : VisitChange
    id : int
        Track ID.
    t : float
        Capture time of the event, not of its confirmation, milliseconds.
    dwell_s : float
        Dwell time of the whole visit, seconds; 0 except for `VisitChange.END`.
    """

    kind: VisitChange
    id: int
    t: float
    dwell_s: float = 0.0


@dataclass(slots=True)
class _Visit:
    """The visit of one track ID. Times are capture times, milliseconds."""

    phase: Phase
    entered: float  # start of the current stay
    inside_last: float  # latest time inside
    counted: bool = False  # whether the visit counts as a visitor
    before: float = 0.0  # time inside during earlier stays of this visit

    def dwell_s(self) -> float:
        """Return the dwell time so far, seconds."""
        return (self.before + self.inside_last - self.entered) / 1000


def _end(id_: int, visit: _Visit) -> Event:
    return Event(VisitChange.END, id_, visit.inside_last, visit.dwell_s())


class Visits:
    """The visits of one zone, computed from the track IDs inside, at the outline and outside in each frame.

    A track that is inside for `entry_s` enters. It exits when detected outside for `exit_s`. Undetected for
    `exit_s`, it is lost: no longer present, but not exited. A lost track exits when detected outside, or after
    ten seconds (`revisit_s` if that is shorter). So an occlusion causes neither an exit nor an entry. A return
    within `revisit_s` continues the visit.

    So entries - exits = present + lost at all times. The state of a track ID is dropped with its visit.
    """

    def __init__(self, zone: Zone) -> None:
        self.set_times(zone)
        self._visits: dict[int, _Visit] = {}
        # Separate, because there are many and they need no work per frame; ordered by the time of leaving.
        self._away: dict[int, _Visit] = {}
        self._present: list[int] = []
        self._lost = 0

    def present(self) -> list[int]:
        """Return the track IDs that count as inside."""
        return self._present

    def lost(self) -> int:
        """Return how many disappeared inside the zone and have not been detected since."""
        return self._lost

    def set_times(self, zone: Zone) -> None:
        """Replace the zone's times; ongoing visits continue."""
        self._entry_ms = zone.entry_s * 1000
        self._exit_ms = zone.exit_s * 1000
        self._revisit_ms = max(zone.revisit_s, zone.exit_s) * 1000
        self._lost_ms = min(self._revisit_ms, LOST_MS)

    def present_or_lost(self) -> int:
        """Return how many are present or lost: entries - exits."""
        return len(self._present) + self._lost

    def reset(self) -> list[Event]:
        """Forget past visits and return their end events. Present and lost people continue their visits."""
        events = [_end(id_, visit) for id_, visit in self._away.items()]
        self._away.clear()
        for id_, visit in self._visits.items():
            if visit.phase is Phase.ENTERING and visit.counted:
                events.append(Event(VisitChange.END, id_, visit.entered, visit.before / 1000))
                visit.counted, visit.before = False, 0.0
        return events

    def longest_s(self) -> float:
        """Return the longest dwell time of the people present, seconds; 0 without any."""
        return max([self._visits[id_].dwell_s() for id_ in self._present], default=0.0)

    def update(
        self, t: float, inside: Collection[int], at_outline: Collection[int], seen: Collection[int]
    ) -> list[Event]:
        """Process a frame and return its events.

        Parameters
        ----------
        t : float
            Capture time, milliseconds.
        inside, at_outline, seen : collection of int
            Track IDs that are clearly inside, at the outline (they keep their state), and all detected ones.
        """
        events: list[Event] = []
        self._forget(t, events)
        for id_ in inside:
            if id_ not in self._visits:
                self._visits[id_] = self._begin(id_, t, events)
        for id_, visit in [*self._visits.items()]:
            if id_ in inside or id_ in at_outline:
                visit.inside_last = t
                if visit.phase is not Phase.INSIDE:
                    self._update_inside(id_, visit, t, events)
            else:
                self._update_outside(id_, visit, t, id_ in seen, events)
        self._sort()
        return events

    def _sort(self) -> None:
        """Update the present and lost track IDs."""
        self._present, self._lost = [], 0
        for id_, visit in self._visits.items():
            if visit.phase in PRESENT:
                self._present.append(id_)
            elif visit.phase is Phase.LOST:
                self._lost += 1

    def close(self) -> list[Event]:
        """End every visit at its latest time inside, because track IDs restart or the stream ends."""
        events: list[Event] = []
        for id_, visit in (*self._away.items(), *self._visits.items()):
            if visit.phase in (Phase.INSIDE, Phase.LEAVING, Phase.LOST):
                events.append(Event(VisitChange.EXIT, id_, visit.inside_last))
            if visit.counted:
                events.append(_end(id_, visit))
        self._visits.clear()
        self._away.clear()
        self._present, self._lost = [], 0
        return events

    def _begin(self, id_: int, t: float, events: list[Event]) -> _Visit:
        """Start a stay: of a visit left less than `revisit_s` ago, or of a new one."""
        visit = self._away.pop(id_, None)
        if visit is not None and t - visit.inside_last >= self._revisit_ms:
            events.append(_end(id_, visit))
            visit = None
        if visit is None:
            return _Visit(Phase.ENTERING, t, t)
        visit.phase, visit.entered, visit.inside_last = Phase.ENTERING, t, t
        return visit

    def _forget(self, t: float, events: list[Event]) -> None:
        """End the visits without a return within `revisit_s`."""
        while self._away:
            id_, visit = next(iter(self._away.items()))
            if t - visit.inside_last < self._revisit_ms:
                return
            del self._away[id_]
            events.append(_end(id_, visit))

    def _update_inside(self, id_: int, visit: _Visit, t: float, events: list[Event]) -> None:
        if visit.phase in (Phase.LEAVING, Phase.LOST):
            visit.phase = Phase.INSIDE
        if visit.phase is Phase.ENTERING and t - visit.entered >= self._entry_ms:
            visit.phase = Phase.INSIDE
            if not visit.counted:
                visit.counted = True
                events.append(Event(VisitChange.VISITOR, id_, visit.entered))
            events.append(Event(VisitChange.ENTRY, id_, visit.entered))

    def _update_outside(self, id_: int, visit: _Visit, t: float, seen: bool, events: list[Event]) -> None:
        absent_ms = t - visit.inside_last
        if absent_ms < self._exit_ms:
            if visit.phase is Phase.INSIDE:
                visit.phase = Phase.LEAVING
            return
        if visit.phase is Phase.ENTERING:
            # Too short for an entry; an earlier visit is as far in the past as before.
            visit.entered = visit.inside_last
            self._leave(id_, visit)
        elif seen or absent_ms >= self._lost_ms:
            events.append(Event(VisitChange.EXIT, id_, visit.inside_last))
            self._leave(id_, visit)
            if absent_ms >= self._revisit_ms:
                self._forget(t, events)
        else:
            visit.phase = Phase.LOST

    def _leave(self, id_: int, visit: _Visit) -> None:
        del self._visits[id_]
        if visit.counted:
            visit.before += visit.inside_last - visit.entered
            visit.entered = visit.inside_last
            visit.phase = Phase.AWAY
            self._away[id_] = visit
