"""How many events a connection may send."""

from collections.abc import Callable


class Budget:
    """A token bucket.

    Parameters
    ----------
    rate : float
        Events a second in the long run.
    burst : float
        Events at once.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def take(self) -> bool:
        """Whether one more event fits."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
