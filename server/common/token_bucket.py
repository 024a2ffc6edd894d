"""A token bucket that may go into debt: what is counted has happened, and the debt is the time to wait after it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """How much is free: `rate` a second in the long run, `burst` at once."""

    rate: float
    burst: float


class Bucket:
    """Counts against a rate.

    Parameters
    ----------
    allowed : Rate
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, allowed: Rate, clock: Callable[[], float]) -> None:
        self._allowed = allowed
        self._clock = clock
        self._left = allowed.burst
        self._at = clock()

    def take(self, amount: float) -> float:
        """Count so much; the seconds until nothing is owed any more, 0 while something is left."""
        now = self._clock()
        self._left = min(self._allowed.burst, self._left + (now - self._at) * self._allowed.rate) - amount
        self._at = now
        return max(0.0, -self._left / self._allowed.rate)

    def try_take(self) -> bool:
        """Count one where something is left; nothing is counted otherwise."""
        if self.take(1) <= 0:
            return True
        self._left += 1
        return False

    @property
    def full(self) -> bool:
        """Whether it is as good as new, so that it can be forgotten."""
        return self._left + (self._clock() - self._at) * self._allowed.rate >= self._allowed.burst
