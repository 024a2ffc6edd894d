"""Whether an area has room for more people: worse at once, better only after some seconds."""

from server.core.alarm import Alarm, Level, Limits
from server.core.total import Total


class Fullness:
    """Follows one area. A count or a range that flickers round the capacity makes it full, or busy, without a break.

    Parameters
    ----------
    capacity : int or None
    limits : Limits or None
        The area's. Their `clear_s` is how long fewer people must be seen before there is room again.
    """

    def __init__(self, capacity: int | None, limits: Limits | None) -> None:
        self._full = _alarm(capacity, limits)
        self._may_be_full = _alarm(full_from(capacity, limits), limits)

    @property
    def full(self) -> bool:
        """Whether the people reach the capacity, or did a few seconds ago."""
        return _is_up(self._full)

    @property
    def may_be_full(self) -> bool:
        """Whether the upper end of the range leaves no room, or left none a few seconds ago."""
        return _is_up(self._may_be_full)

    def update(self, now_s: float, found: Total, *, may_fall: bool) -> None:
        """Take in the people at `now_s` seconds. Without `may_fall` fewer people do not mean that some left."""
        if self._full is not None:
            self._full.update(now_s * 1000, found.people, may_fall=may_fall)
        if self._may_be_full is not None:
            most, is_known = (found.people, False) if found.high is None else (found.high, True)
            self._may_be_full.update(now_s * 1000, most, may_fall=may_fall and is_known)


def full_from(capacity: int | None, limits: Limits | None) -> float | None:
    """Return the number of people from which on there is no room for more; None where nothing says so."""
    ends = [float(capacity)] if capacity is not None else []
    if limits is not None and limits.critical is not None:
        ends.append(limits.critical)
    if not ends and limits is not None and limits.warning is not None:
        ends.append(limits.warning)
    return min(ends, default=None)


def _alarm(people: float | None, limits: Limits | None) -> Alarm | None:
    """One that rises at once at so many people and has no hysteresis but that of time."""
    if people is None:
        return None
    clear_s = (limits or Limits()).clear_s
    return Alarm(Limits(critical=people, hold_s=0.0, hysteresis=0.0, clear_s=clear_s, cooldown_s=0.0))


def _is_up(alarm: Alarm | None) -> bool:
    return alarm is not None and alarm.level is not Level.CLEAR
