"""How many people were counted on average of the last seconds."""

from collections import deque


class Counted:
    """Follows one stream.

    Parameters
    ----------
    span_ms : float
        Time that the mean is of, milliseconds of capture time.
    """

    def __init__(self, span_ms: float) -> None:
        self._span_ms = span_ms
        self._counts: deque[tuple[float, int]] = deque()
        self._sum = 0

    def note(self, count: int, t: float) -> None:
        """Take in a frame's count; `t` is its capture time, milliseconds."""
        self._counts.append((t, count))
        self._sum += count
        while t - self._counts[0][0] > self._span_ms:
            self._sum -= self._counts.popleft()[1]

    @property
    def mean(self) -> float:
        """Mean of the counts; 0 before the first."""
        return self._sum / len(self._counts) if self._counts else 0.0
