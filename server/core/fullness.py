"""Whether an area has room for more people. It fills at once and empties after a delay."""

from server.core.alarm import Alarm, Level, Limits
from server.core.total import Total


class Fullness:
    """The fullness state of one area. A count that flickers around the capacity keeps the area full.

    Parameters
    ----------
    capacity : int or None
    limits : Limits or None
        The area's limits. `clear_s` is the delay before there is room again.
    """

    def __init__(self, capacity: int | None, limits: Limits | None) -> None:
        self._full = _alarm(capacity, limits)
        self._may_be_full = _alarm(full_from(capacity, limits), limits)

    @property
    def full(self) -> bool:
        """Whether the count reaches the capacity, or did within the last `clear_s` seconds."""
        return _is_up(self._full)

    @property
    def may_be_full(self) -> bool:
        """Whether the upper end of the range reaches the capacity, or did within the last `clear_s` seconds."""
        return _is_up(self._may_be_full)

    def update(self, now_s: float, found: Total, *, may_fall: bool) -> None:
        """Process the count at `now_s` seconds. Without `may_fall`, a lower count does not mean that people left."""
        if self._full is not None:
            self._full.update(now_s * 1000, found.people, may_fall=may_fall)
        if self._may_be_full is not None:
            most, is_known = (found.people, False) if found.high is None else (found.high, True)
            self._may_be_full.update(now_s * 1000, most, may_fall=may_fall and is_known)


def full_from(capacity: int | None, limits: Limits | None) -> float | None:
    """Return the number of people at which the area is full; None if neither capacity nor limits define it."""
    ends = [float(capacity)] if capacity is not None else []
    if limits is not None and limits.critical is not None:
        ends.append(limits.critical)
    if not ends and limits is not None and limits.warning is not None:
        ends.append(limits.warning)
    return min(ends, default=None)


def _alarm(people: float | None, limits: Limits | None) -> Alarm | None:
    """Return an alarm that rises immediately at `people` and falls after `clear_s`, without hysteresis; None without
    `people`."""
    if people is None:
        return None
    clear_s = (limits or Limits()).clear_s
    return Alarm(Limits(critical=people, hold_s=0.0, hysteresis=0.0, clear_s=clear_s, cooldown_s=0.0))


def _is_up(alarm: Alarm | None) -> bool:
    return alarm is not None and alarm.level is not Level.CLEAR
