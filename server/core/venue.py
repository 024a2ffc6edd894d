"""Areas: several zones of several cameras, monitored together."""

from dataclasses import dataclass

from server.core.alarm import Alarm, Alert, Level, Limits
from server.core.fullness import Fullness
from server.core.reading import Readings
from server.core.total import Part, Total, total
from server.core.trend import Trend
from server.core.zone_monitor import SETTLE_MS

UNWATCHED_S = 60.0
"""Time without any camera after which an area's alert ends, because the number of people is unknown, seconds. For
the same time, the level does not fall after a camera is lost, since its people may still be there."""
WARNING_SHARE = 0.8
"""Warning threshold of areas without limits of their own, as a fraction of the capacity."""


@dataclass(frozen=True, slots=True)
class AreaReport:
    """The state of an area.

    Attributes
    ----------
    total : Total
    level : Level
    alert : Alert or None
        The active alert; its times are those given to `AreaMonitor.update`, in milliseconds.
    cleared : bool
        Whether an alert has just ended because people left, not because their number became unknown.
    per_minute : float or None
        Trend, people per minute.
    full_in_s : float or None
        Time until the capacity is reached at this trend, seconds.
    full : bool
        Whether the count reaches the capacity, or did within the last `clear_s` seconds.
    may_be_full : bool
        Whether the upper end of the range reaches the capacity, or did within the last `clear_s` seconds.
    """

    total: Total
    level: Level
    alert: Alert | None
    cleared: bool
    per_minute: float | None
    full_in_s: float | None
    full: bool
    may_be_full: bool


class AreaMonitor:
    """Monitors one area.

    Parameters
    ----------
    parts : tuple of Part
    capacity : int or None
    limits : Limits or None
        The area's own limits; None derives them from the capacity.
    floor_s : float
        Shortest hold and clear times, seconds: the level does not change faster.
    """

    def __init__(
        self, parts: tuple[Part, ...], capacity: int | None, limits: Limits | None, floor_s: float = 0.0
    ) -> None:
        self.parts, self.capacity = parts, capacity
        self._floor_s = floor_s
        found = limits or limits_for(capacity)
        self.limits = found and found.with_floor(floor_s)
        self._alarm = Alarm(self.limits) if self.limits else None
        self._fullness = Fullness(capacity, self.limits)
        self._trend = Trend()
        self._seen_s = self._lost_s = self._boxed_s = float("-inf")
        self._unknown: frozenset[str] = frozenset()
        self._basis: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())

    def change(self, parts: tuple[Part, ...], capacity: int | None, limits: Limits | None) -> "AreaMonitor":
        """Return the monitor after a change of the area: a new one if cameras, capacity or limits differ."""
        new = AreaMonitor(parts, capacity, limits, self._floor_s)
        if (new.parts, new.capacity, new.limits) == (self.parts, self.capacity, self.limits):
            return self
        return new

    def update(self, now_s: float, readings: Readings) -> AreaReport:
        """Process the latest readings of all cameras at `now_s` seconds."""
        found = total(self.parts, readings, now_s)
        cleared = False
        self._follow_cameras(now_s, found)
        if found.watched:
            self._seen_s = now_s
            if found.complete:
                self._trend.update(now_s, found.people)
            may_fall = self._may_fall(now_s, found)
            self._fullness.update(now_s, found, may_fall=may_fall)
            if self._alarm is not None:
                was_active = self._alarm.alert is not None
                self._alarm.update(now_s * 1000, found.people, may_fall=may_fall)
                cleared = was_active and self._alarm.alert is None and not found.unknown_cameras
        elif now_s - self._seen_s >= UNWATCHED_S and self.limits is not None:
            self._alarm = Alarm(self.limits)
            self._fullness = Fullness(self.capacity, self.limits)
        slope = self._trend.per_minute() if found.complete else None
        return AreaReport(
            total=found,
            level=self._alarm.level if self._alarm else Level.CLEAR,
            alert=self._alarm.alert if self._alarm else None,
            cleared=cleared,
            per_minute=slope,
            full_in_s=self._full_in(found.people, slope),
            full=self._fullness.full,
            may_be_full=self._fullness.may_be_full,
        )

    def _follow_cameras(self, now_s: float, found: Total) -> None:
        """Detect changes in the set of known or estimated cameras. Such changes do not mean that people came or
        left."""
        unknown = frozenset(found.unknown_cameras)
        uncertain = unknown.union(found.stale_cameras, found.missing_cameras)
        known = frozenset(part.camera_id for part in self.parts) - uncertain
        basis = known, frozenset(found.estimated_cameras)
        if basis != self._basis:
            self._trend = Trend()
        if self._basis[0] - known or unknown - self._unknown:
            self._lost_s = now_s
        if self._basis[1] - basis[1]:
            self._boxed_s = now_s
        self._basis, self._unknown = basis, unknown

    def _may_fall(self, now_s: float, found: Total) -> bool:
        """Return whether a lower number means that people left. Right after an estimate it does not: detection finds
        fewer."""
        if now_s - self._boxed_s < SETTLE_MS / 1000:
            return False
        # A saturated camera still sees its people, so there is no time limit for it.
        saturated = set(found.unknown_cameras) - set(found.stale_cameras)
        return found.complete or not (saturated or now_s - self._lost_s < UNWATCHED_S)

    def _full_in(self, people: int, slope: float | None) -> float | None:
        if self.capacity is None or slope is None or slope <= 0 or people >= self.capacity:
            return None
        return (self.capacity - people) / slope * 60


def limits_for(capacity: int | None) -> Limits | None:
    """Return the default limits of an area with this capacity."""
    return None if capacity is None else Limits(warning=capacity * WARNING_SHARE, critical=float(capacity))
