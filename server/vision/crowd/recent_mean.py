"""Mean of a number over the last seconds."""

from collections import deque


class RecentMean:
    """Follows a number of one stream.

    Parameters
    ----------
    span_ms : float
        Time that the mean is of, milliseconds of capture time.
    """

    def __init__(self, span_ms: float) -> None:
        self._span_ms = span_ms
        self._values: deque[tuple[float, float]] = deque()
        self._sum = 0.0  # kept, because the mean is read in every frame

    def note(self, value: float, t: float) -> None:
        """Take in a frame's number; `t` is its capture time, milliseconds."""
        self._values.append((t, value))
        self._sum += value
        while t - self._values[0][0] > self._span_ms:
            self._sum -= self._values.popleft()[1]

    @property
    def mean(self) -> float:
        """Mean of the numbers; 0 before the first."""
        return self._sum / len(self._values) if self._values else 0.0
