"""How often something may happen, per key: the generic cell rate algorithm, in bounded memory."""

import math
from collections.abc import Callable

MOST_KEYS = 20_000


class RateLimiter:
    """Lets `count` through at once and then one every `period_s / count` seconds, for each key.

    One number is kept for each key, the theoretical arrival time (ITU-T I.371).

    Parameters
    ----------
    count : int
        How many in a period.
    period_s : float
        Length of the period, in seconds.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, count: int, period_s: float, clock: Callable[[], float]) -> None:
        self._step = period_s / count
        self._period = period_s
        self._clock = clock
        self._due: dict[str, float] = {}

    def wait_s(self, key: str) -> float:
        """Seconds until one more is let through; 0 when it is now."""
        now = self._clock()
        return max(0.0, max(self._due.get(key, now), now) + self._step - self._period - now)

    def take(self, key: str, amount: float = 1.0) -> None:
        """Count one, or another amount; a large one is owed, and what comes after it waits."""
        now = self._clock()
        if key not in self._due and len(self._due) >= MOST_KEYS:
            self._forget(now)
        self._due[key] = max(self._due.get(key, now), now) + amount * self._step

    def give_back(self, key: str) -> None:
        """The one that was counted last should not have been."""
        if key in self._due:
            self._due[key] -= self._step

    def _forget(self, now: float) -> None:
        """Drop keys that are as good as new; if an attacker fills the table, those nearest to that as well."""
        kept = sorted(((due, key) for key, due in self._due.items() if due > now), reverse=True)[: MOST_KEYS // 2]
        self._due = {key: due for due, key in kept}


def seconds(wait_s: float) -> int:
    """A waiting time as `Retry-After` takes it."""
    return max(1, math.ceil(wait_s))
