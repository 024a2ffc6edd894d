"""Alert state machine of one metric: clear, warning, critical; with trigger delay, hysteresis and cooldown."""

from dataclasses import dataclass, replace
from enum import IntEnum
from math import isfinite

from server.core.errors import CodedError
from server.core.observed import observed_ms


class Level(IntEnum):
    """Alert level, ordered by severity."""

    CLEAR = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds and timing of an alert.

    Attributes
    ----------
    warning, critical : float or None
        Threshold of the level; None disables the level.
    hold_s : float
        Time for which the value must stay at or above the threshold before the level rises, seconds.
    hysteresis : float
        The level falls only below ``threshold * (1 - hysteresis)``; 0 <= hysteresis < 1.
    clear_s : float
        Time for which the value must stay that low before the level falls, seconds.
    cooldown_s : float
        Minimum time between the end of an alert and the next one, seconds. Critical values skip the cooldown.

    Raises
    ------
    CodedError
        ``BAD_LIMIT`` for a threshold, time or hysteresis out of range.
    """

    warning: float | None = None
    critical: float | None = None
    hold_s: float = 3.0
    hysteresis: float = 0.1
    clear_s: float = 5.0
    cooldown_s: float = 30.0

    def __post_init__(self) -> None:
        for limit in (self.warning, self.critical):
            if limit is not None and not (isfinite(limit) and limit > 0):
                raise CodedError("BAD_LIMIT", "A limit is a number above 0.")
        if self.warning is not None and self.critical is not None and self.warning >= self.critical:
            raise CodedError("BAD_LIMIT", "The warning limit must be below the critical one.")
        for seconds in (self.hold_s, self.clear_s, self.cooldown_s):
            if not (isfinite(seconds) and 0 <= seconds <= 3600):
                raise CodedError("BAD_LIMIT", "Times lie between 0 and 3600 seconds.")
        if not 0 <= self.hysteresis < 1:
            raise CodedError("BAD_LIMIT", "The hysteresis lies between 0 and 1.")

    def with_floor(self, floor_s: float) -> "Limits":
        """The same limits, which must be reached, and kept, for at least so long, with pauses of at least as long."""
        hold, clear, cooldown = (max(floor_s, value) for value in (self.hold_s, self.clear_s, self.cooldown_s))
        return replace(self, hold_s=hold, clear_s=clear, cooldown_s=cooldown)

    def reached(self, value: float) -> Level:
        """Return the highest level whose threshold this value reaches."""
        if self.critical is not None and value >= self.critical:
            return Level.CRITICAL
        return Level.WARNING if self.warning is not None and value >= self.warning else Level.CLEAR

    def sustained(self, value: float) -> Level:
        """Return the highest level that this value sustains, hysteresis included."""
        share = 1 - self.hysteresis
        if self.critical is not None and value > self.critical * share - (self.hysteresis == 0) * 1e-9:
            return Level.CRITICAL
        is_sustained = self.warning is not None and value > self.warning * share - (self.hysteresis == 0) * 1e-9
        return Level.WARNING if is_sustained else Level.CLEAR


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, from leaving `CLEAR` until the return to it. Times are capture times, milliseconds."""

    began: float
    level: Level
    worst: Level
    peak: float
    peak_t: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the level by one step, at capture time `t` (ms)."""

    t: float
    before: Level
    after: Level
    alert: Alert


class Alarm:
    """The alert state machine of one metric.

    The level moves one step at a time, so none is skipped: a jump from clear to critical yields both steps. Hold
    and clear times are measured on a clock that stops during gaps in the frames.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.level = Level.CLEAR
        self._rising_since: dict[Level, float | None] = {}
        self._falling_since: dict[Level, float | None] = {}
        self._alert: Alert | None = None
        self._cool_until = float("-inf")
        self._t: float | None = None
        self._clock = 0.0

    @property
    def alert(self) -> Alert | None:
        """The active alert, if any."""
        return self._alert

    def change(self, limits: Limits) -> None:
        """Replace the limits. Level, alert and cooldown persist; the hold and clear timers restart."""
        self.limits = limits
        self._rising_since, self._falling_since = {}, {}

    def update(self, t: float, value: float, *, may_fall: bool = True) -> list[Step]:
        """Process the value at capture time `t` (ms) and return the level changes.

        With `may_fall` False the value is a lower bound and can only raise the level. A threshold reached before
        may still be reached, so its hold timer pauses: it neither advances nor resets.
        """
        step_ms = observed_ms(self._t, t)
        self._clock += step_ms
        self._t = t
        if may_fall and self.level is Level.CLEAR and self.limits.reached(value) is Level.CLEAR:
            self._rising_since.clear()
            return []
        self._update_timers(value, step_ms, may_fall)
        steps = []
        while (step := self._rise(t, value)) is not None:
            steps.append(step)
        while self.level is not Level.CLEAR and self._has_lasted(self._falling_since, self.level, self.limits.clear_s):
            steps.append(self._step_down(t))
        if self._alert is not None and value > self._alert.peak:
            self._alert = replace(self._alert, peak=value, peak_t=t)
        return steps

    def end(self, t: float) -> list[Step]:
        """End the alert, because the value is no longer known; return the level changes."""
        self._t = None
        self._rising_since, self._falling_since = {}, {}
        steps = []
        while self.level is not Level.CLEAR:
            steps.append(self._step_down(t))
        return steps

    def _update_timers(self, value: float, step_ms: float, may_fall: bool) -> None:
        """Update the timers of each level: since when it is reached, and since when it is not sustained."""
        reached, sustained = self.limits.reached(value), self.limits.sustained(value)
        for level in (Level.WARNING, Level.CRITICAL):
            rising, falling = self._rising_since.get(level), self._falling_since.get(level)
            if reached >= level:
                self._rising_since[level] = self._clock if rising is None else rising
            else:
                self._rising_since[level] = None if may_fall or rising is None else rising + step_ms
            stays = sustained >= level or not may_fall
            self._falling_since[level] = None if stays else self._clock if falling is None else falling

    def _has_lasted(self, since: dict[Level, float | None], level: Level, seconds: float) -> bool:
        began = since.get(level)
        return began is not None and self._clock - began >= seconds * 1000

    def _rise(self, t: float, value: float) -> Step | None:
        after = self._next_up()
        if after is None or self.limits.reached(value) < after:
            return None
        if not self._has_lasted(self._rising_since, after, self.limits.hold_s):
            return None
        cooling = self._alert is None and t < self._cool_until
        if cooling and not self._has_lasted(self._rising_since, Level.CRITICAL, self.limits.hold_s):
            return None
        before, self.level = self.level, after
        if self._alert is None:
            self._alert = Alert(t, after, after, value, t, None)
        self._alert = replace(self._alert, level=after, worst=max(self._alert.worst, after))
        return Step(t, before, after, self._alert)

    def _next_up(self) -> Level | None:
        if self.level is Level.CLEAR:
            return Level.WARNING if self.limits.warning is not None else Level.CRITICAL
        return Level.CRITICAL if self.level is Level.WARNING else None

    def _step_down(self, t: float) -> Step:
        """Lower the level by one step. An alert exists, since the level is not clear."""
        skips = self.level is Level.CRITICAL and self.limits.warning is None
        before, self.level = self.level, Level.CLEAR if skips else Level(self.level - 1)
        assert self._alert is not None
        alert = self._alert = replace(self._alert, level=self.level)
        if self.level is Level.CLEAR:
            alert, self._alert = replace(alert, ended=t), None
            self._cool_until = t + self.limits.cooldown_s * 1000
        return Step(t, before, self.level, alert)
