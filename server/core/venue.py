"""Figures over several cameras: how many are in an area or in all of a room, and how sure that is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.alarm import Alarm, Alert, Level, Limits
from server.core.trend import Trend

SILENT_S = 10.0
"""A camera without a frame for so long is silent: its part of every total is marked stale."""
UNWATCHED_S = 60.0
"""An area that no camera has shown for so long has no alert any more: nobody knows. For so long, too, its level does
not fall while the people of a camera that went, or fell silent, may still be there."""
WARNING_SHARE = 0.8
"""Of its capacity, from which on an area without limits of its own warns."""


class State(StrEnum):
    """How current a camera's figures are."""

    LIVE = "live"
    SILENT = "silent"
    OFFLINE = "offline"  # its stream has ended


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest figures of a camera that streams.

    Attributes
    ----------
    at_s : float
        When its frame arrived, on any clock; minus infinity before the first.
    count : int
        People in the whole frame.
    zones : mapping of str to frozenset of int
        Identities that count as inside, by zone id.
    """

    at_s: float = float("-inf")
    count: int = 0
    zones: Mapping[str, frozenset[int]] = field(default_factory=dict)


Readings = Mapping[str, Reading]
"""By camera; one that does not stream is not in it."""


def state_of(reading: Reading | None, now_s: float) -> State:
    """How current a camera is."""
    if reading is None:
        return State.OFFLINE
    return State.SILENT if now_s - reading.at_s >= SILENT_S else State.LIVE


@dataclass(frozen=True, slots=True)
class Part:
    """A zone of a camera; None is its whole frame."""

    camera_id: str
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """People over several cameras.

    Attributes
    ----------
    people : int
        Of cameras that are live or silent.
    stale : int
        How many of them silent cameras saw last.
    stale_cameras, missing_cameras : tuple of str
        Those that are silent; those that are offline or lack a zone, which add nothing.
    """

    people: int
    stale: int
    stale_cameras: tuple[str, ...]
    missing_cameras: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every part is known now."""
        return not (self.stale_cameras or self.missing_cameras)


def total(parts: Iterable[Part], readings: Readings, now_s: float) -> Total:
    """Add up. Who is in several zones of one camera counts once, and its whole frame includes its zones."""
    wanted: dict[str, set[str | None]] = {}
    for part in parts:
        wanted.setdefault(part.camera_id, set()).add(part.zone_id)
    people = stale = 0
    silent, missing = [], []
    for camera_id, zones in wanted.items():
        reading = readings.get(camera_id)
        if reading is None:
            missing.append(camera_id)
            continue
        share, complete = _share(reading, zones)
        people += share
        if not complete:
            missing.append(camera_id)
        if state_of(reading, now_s) is State.SILENT:
            stale += share
            silent.append(camera_id)
    return Total(people, stale, tuple(silent), tuple(missing))


def _share(reading: Reading, zones: set[str | None]) -> tuple[int, bool]:
    """How many of a camera are in any of these zones, and whether all of them are drawn on it."""
    if None in zones:
        return reading.count, True
    inside: set[int] = set()
    for zone in zones:
        inside |= reading.zones.get(zone or "", frozenset())
    return len(inside), all(zone in reading.zones for zone in zones)


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What is known of an area.

    Attributes
    ----------
    total : Total
    level : Level
    alert : Alert or None
        The one that goes on; its times are those given to `AreaWatch.update`, in milliseconds.
    cleared : bool
        Whether one ended just now because there are fewer people, not because nobody can say any more.
    per_minute : float or None
        The trend.
    full_in_s : float or None
        When the capacity will be reached if it goes on like that.
    """

    total: Total
    level: Level
    alert: Alert | None
    cleared: bool
    per_minute: float | None
    full_in_s: float | None


class AreaWatch:
    """Follows one area.

    Parameters
    ----------
    parts : tuple of Part
    capacity : int or None
    limits : Limits or None
        Without them those that follow from the capacity.
    """

    def __init__(self, parts: tuple[Part, ...], capacity: int | None, limits: Limits | None) -> None:
        self.parts, self.capacity = parts, capacity
        self.limits = limits or limits_for(capacity)
        self._alarm = Alarm(self.limits) if self.limits else None
        self._trend = Trend()
        self._seen_s = self._lost_s = float("-inf")
        self._sure: frozenset[str] = frozenset()

    def change(self, parts: tuple[Part, ...], capacity: int | None, limits: Limits | None) -> "AreaWatch":
        """The watch after somebody changed the area: anew where it counts others or warns differently."""
        new = AreaWatch(parts, capacity, limits)
        if (new.parts, new.capacity, new.limits) == (self.parts, self.capacity, self.limits):
            return self
        return new

    def update(self, now_s: float, readings: Readings) -> AreaReport:
        """Take in the newest figures of all cameras."""
        found = total(self.parts, readings, now_s)
        cleared = False
        self._follow_cameras(now_s, found)
        if any(part.camera_id in readings for part in self.parts):
            self._seen_s = now_s
            if found.complete:
                self._trend.update(now_s, found.people)
            if self._alarm is not None:
                may_fall = found.complete or now_s - self._lost_s >= UNWATCHED_S
                went_on = self._alarm.alert is not None
                self._alarm.update(now_s * 1000, found.people, may_fall=may_fall)
                cleared = went_on and self._alarm.alert is None
        elif now_s - self._seen_s >= UNWATCHED_S and self.limits is not None:
            self._alarm = Alarm(self.limits)
        slope = self._trend.per_minute() if found.complete else None
        return AreaReport(
            total=found,
            level=self._alarm.level if self._alarm else Level.CLEAR,
            alert=self._alarm.alert if self._alarm else None,
            cleared=cleared,
            per_minute=slope,
            full_in_s=self._full_in(found.people, slope),
        )

    def _follow_cameras(self, now_s: float, found: Total) -> None:
        """People whom a camera shows at last, or shows no more, did not come or go."""
        sure = frozenset(part.camera_id for part in self.parts) - {*found.stale_cameras, *found.missing_cameras}
        if sure != self._sure:
            self._trend = Trend()
        if self._sure - sure:
            self._lost_s = now_s
        self._sure = sure

    def _full_in(self, people: int, slope: float | None) -> float | None:
        if self.capacity is None or slope is None or slope <= 0 or people >= self.capacity:
            return None
        return (self.capacity - people) / slope * 60


def limits_for(capacity: int | None) -> Limits | None:
    """The limits of an area that has a capacity and no limits of its own."""
    return None if capacity is None else Limits(warning=capacity * WARNING_SHARE, critical=float(capacity))


def public_state(report: AreaReport, capacity: int | None) -> str:
    """What everybody is told: `go` only where every part of the area is known to be fine."""
    if report.level is Level.CRITICAL or (capacity is not None and report.total.people >= capacity):
        return "full"
    if report.level is Level.WARNING:
        return "busy"
    return "go" if report.total.complete else "unknown"


def public_people(report: AreaReport) -> int | None:
    """The number that everybody is told: none while a part of it is old or missing, for they cannot be shown which."""
    return report.total.people if report.total.complete else None
