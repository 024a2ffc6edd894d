"""Areas: several zones of several cameras, watched together."""

from dataclasses import dataclass

from server.core.alarm import Alarm, Alert, Level, Limits
from server.core.fullness import Fullness
from server.core.reading import Readings
from server.core.total import Part, Total, total
from server.core.trend import Trend
from server.core.zone_monitor import SETTLE_MS

UNWATCHED_S = 60.0
"""An area that no camera has shown for so long has no alert any more: its people are unknown. For so long, too, its
level does not fall while the people of a camera that went, or fell silent, may still be there."""
WARNING_SHARE = 0.8
"""Of its capacity, from which on an area without limits of its own warns."""


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What is known of an area.

    Attributes
    ----------
    total : Total
    level : Level
    alert : Alert or None
        The active one; its times are those given to `AreaMonitor.update`, in milliseconds.
    cleared : bool
        Whether one ended just now because there are fewer people, not because their number became unknown.
    per_minute : float or None
        The trend.
    full_in_s : float or None
        When the capacity will be reached at this trend.
    full : bool
        Whether the people reach the capacity, or did a few seconds ago.
    may_be_full : bool
        Whether the upper end of their range leaves no room, or left none a few seconds ago.
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
    """Follows one area.

    Parameters
    ----------
    parts : tuple of Part
    capacity : int or None
    limits : Limits or None
        Without them, the limits that follow from the capacity.
    floor_s : float
        What must last for the level to change lasts at least so long.
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
        """The watch after a change of the area: a new one where it counts others or warns differently."""
        new = AreaMonitor(parts, capacity, limits, self._floor_s)
        if (new.parts, new.capacity, new.limits) == (self.parts, self.capacity, self.limits):
            return self
        return new

    def update(self, now_s: float, readings: Readings) -> AreaReport:
        """Take in the newest figures of all cameras."""
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
                went_on = self._alarm.alert is not None
                self._alarm.update(now_s * 1000, found.people, may_fall=may_fall)
                cleared = went_on and self._alarm.alert is None and not found.unknown_cameras
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
        """People whom a camera shows at last, shows no more or begins to estimate did not come or go."""
        unknown = frozenset(found.unknown_cameras)
        doubted = unknown.union(found.stale_cameras, found.missing_cameras)
        sure = frozenset(part.camera_id for part in self.parts) - doubted
        basis = sure, frozenset(found.estimated_cameras)
        if basis != self._basis:
            self._trend = Trend()
        if self._basis[0] - sure or unknown - self._unknown:
            self._lost_s = now_s
        if self._basis[1] - basis[1]:
            self._boxed_s = now_s
        self._basis, self._unknown = basis, unknown

    def _may_fall(self, now_s: float, found: Total) -> bool:
        """Whether fewer people mean that some left: not so right after an estimate, for boxes find fewer."""
        if now_s - self._boxed_s < SETTLE_MS / 1000:
            return False
        # People whom a camera sees, and cannot count, are still there: that does not end after a minute.
        blind = set(found.unknown_cameras) - set(found.stale_cameras)
        return found.complete or not (blind or now_s - self._lost_s < UNWATCHED_S)

    def _full_in(self, people: int, slope: float | None) -> float | None:
        if self.capacity is None or slope is None or slope <= 0 or people >= self.capacity:
            return None
        return (self.capacity - people) / slope * 60


def limits_for(capacity: int | None) -> Limits | None:
    """The limits of an area that has a capacity and no limits of its own."""
    return None if capacity is None else Limits(warning=capacity * WARNING_SHARE, critical=float(capacity))
