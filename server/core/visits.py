"""Who is in a zone, since when, and who came and went."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from server.core.zone import Zone

LOST_MS = 10_000.0
"""Whoever is not found for so long has left: no tracker knows an identity for longer that it does not see."""


class Phase(Enum):
    """Where an identity is in its visit."""

    ENTERING = "entering"  # inside, not yet long enough to count
    INSIDE = "inside"
    LEAVING = "leaving"  # outside or unseen, not yet long enough to count as gone
    LOST = "lost"  # unseen for longer: not counted as present, but it never left either
    AWAY = "away"  # left, but may come back and go on with the same visit


PRESENT = (Phase.INSIDE, Phase.LEAVING)


class VisitChange(Enum):
    """What happened."""

    VISITOR = "visitor"  # an identity that was not in the zone before, or not for a long time
    ENTRY = "entry"
    EXIT = "exit"
    END = "end"  # the visit is over: nobody came back in time


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a zone.

    Attributes
    ----------
    kind : VisitChange
    id : int
        Identity.
    t : float
        When it happened, capture time in milliseconds (not when it became certain).
    dwell_s : float
        Of an end: time inside over the whole visit, seconds.
    """

    kind: VisitChange
    id: int
    t: float
    dwell_s: float = 0.0


@dataclass(slots=True)
class _Visit:
    """One identity's visit. Times are capture times in milliseconds."""

    phase: Phase
    entered: float  # when this stay began
    inside_last: float  # when the identity was last inside
    counted: bool = False  # whether it is a visitor already
    before: float = 0.0  # time inside in earlier stays of this visit

    def dwell_s(self) -> float:
        """Time inside so far, seconds."""
        return (self.before + self.inside_last - self.entered) / 1000


def _end(id_: int, visit: _Visit) -> Event:
    return Event(VisitChange.END, id_, visit.inside_last, visit.dwell_s())


class Visits:
    """The visits of one zone, from who is inside, at the outline, outside and unseen in each frame.

    An identity that is inside for `entry_s` enters. One that is seen outside for `exit_s` exits; one that is not seen
    for `exit_s` is lost: it is no longer counted as present, yet it exits only when it is seen outside or stays lost
    for ten seconds, or `revisit_s` where that is shorter, so that an occlusion makes neither an exit nor an entry.
    Whoever comes back within `revisit_s` is not a new visitor.

    So entries - exits = present + lost at all times. Each identity's state dies with its visit.
    """

    def __init__(self, zone: Zone) -> None:
        self.take_times(zone)
        self._visits: dict[int, _Visit] = {}
        # Apart, because they are many and ask for nothing: those who left, in the order in which they did.
        self._away: dict[int, _Visit] = {}
        self._present: list[int] = []
        self._lost = 0

    def present(self) -> list[int]:
        """Identities that count as inside."""
        return self._present

    def lost(self) -> int:
        """How many went unseen inside and have not been found since."""
        return self._lost

    def take_times(self, zone: Zone) -> None:
        """From now on the zone's times are these; whoever is inside stays."""
        self._entry_ms = zone.entry_s * 1000
        self._exit_ms = zone.exit_s * 1000
        self._revisit_ms = max(zone.revisit_s, zone.exit_s) * 1000
        self._lost_ms = min(self._revisit_ms, LOST_MS)

    def staying(self) -> int:
        """How many are here, or lost: entries - exits."""
        return len(self._present) + self._lost

    def reset(self) -> list[Event]:
        """Forget who was here before; return the ends of their visits. Who is here, or lost, goes on."""
        events = [_end(id_, visit) for id_, visit in self._away.items()]
        self._away.clear()
        for id_, visit in self._visits.items():
            if visit.phase is Phase.ENTERING and visit.counted:
                events.append(Event(VisitChange.END, id_, visit.entered, visit.before / 1000))
                visit.counted, visit.before = False, 0.0
        return events

    def longest_s(self) -> float:
        """The longest that one of those has been inside in this visit, seconds; 0 without any."""
        return max([self._visits[id_].dwell_s() for id_ in self._present], default=0.0)

    def update(self, t: float, inside: Collection[int], held: Collection[int], seen: Collection[int]) -> list[Event]:
        """Take in a frame.

        Parameters
        ----------
        t : float
            Capture time, milliseconds.
        inside, held, seen : collection of int
            Identities that are clearly inside, at the outline (they stay what they were), and all that were seen.
        """
        events: list[Event] = []
        self._forget(t, events)
        for id_ in inside:
            if id_ not in self._visits:
                self._visits[id_] = self._begin(id_, t, events)
        for id_, visit in [*self._visits.items()]:
            if id_ in inside or id_ in held:
                visit.inside_last = t
                if visit.phase is not Phase.INSIDE:
                    self._be_inside(id_, visit, t, events)
            else:
                self._be_elsewhere(id_, visit, t, id_ in seen, events)
        self._sort()
        return events

    def _sort(self) -> None:
        """Who is present, and how many are lost."""
        self._present, self._lost = [], 0
        for id_, visit in self._visits.items():
            if visit.phase in PRESENT:
                self._present.append(id_)
            elif visit.phase is Phase.LOST:
                self._lost += 1

    def close(self) -> list[Event]:
        """End every visit, each when its identity was last inside: identities start again."""
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
        """A new stay: of the visit that somebody left a moment ago, or of a new one."""
        visit = self._away.pop(id_, None)
        if visit is not None and t - visit.inside_last >= self._revisit_ms:
            events.append(_end(id_, visit))
            visit = None
        if visit is None:
            return _Visit(Phase.ENTERING, t, t)
        visit.phase, visit.entered, visit.inside_last = Phase.ENTERING, t, t
        return visit

    def _forget(self, t: float, events: list[Event]) -> None:
        """End the visits of those who did not come back."""
        while self._away:
            id_, visit = next(iter(self._away.items()))
            if t - visit.inside_last < self._revisit_ms:
                return
            del self._away[id_]
            events.append(_end(id_, visit))

    def _be_inside(self, id_: int, visit: _Visit, t: float, events: list[Event]) -> None:
        if visit.phase in (Phase.LEAVING, Phase.LOST):
            visit.phase = Phase.INSIDE
        if visit.phase is Phase.ENTERING and t - visit.entered >= self._entry_ms:
            visit.phase = Phase.INSIDE
            if not visit.counted:
                visit.counted = True
                events.append(Event(VisitChange.VISITOR, id_, visit.entered))
            events.append(Event(VisitChange.ENTRY, id_, visit.entered))

    def _be_elsewhere(self, id_: int, visit: _Visit, t: float, seen: bool, events: list[Event]) -> None:
        gone = t - visit.inside_last
        if gone < self._exit_ms:
            if visit.phase is Phase.INSIDE:
                visit.phase = Phase.LEAVING
            return
        if visit.phase is Phase.ENTERING:
            # A glimpse is no stay; whoever visited before is as far away as before.
            visit.entered = visit.inside_last
            self._leave(id_, visit)
        elif seen or gone >= self._lost_ms:
            events.append(Event(VisitChange.EXIT, id_, visit.inside_last))
            self._leave(id_, visit)
            if gone >= self._revisit_ms:
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
