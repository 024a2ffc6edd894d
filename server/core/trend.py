"""How a number of people changes: more or fewer a minute."""

from collections import deque

TREND_S, TREND_LEAST_S, TREND_STEP_S = 180.0, 30.0, 1.0
"""The trend is that of the last three minutes; less than half a minute gives none. One value a second is kept."""


class Trend:
    """How a number of people changes."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def update(self, now_s: float, people: int) -> None:
        """Take in the number."""
        if not self._points or now_s - self._points[-1][0] >= TREND_STEP_S:
            self._points.append((now_s, people))
        while now_s - self._points[0][0] > TREND_S:
            self._points.popleft()

    def per_minute(self) -> float | None:
        """The slope of the least-squares line through the last minutes; None for too short a time."""
        if not self._points or self._points[-1][0] - self._points[0][0] < TREND_LEAST_S:
            return None
        mean_t = sum(t for t, _ in self._points) / len(self._points)
        mean_n = sum(n for _, n in self._points) / len(self._points)
        spread = sum((t - mean_t) ** 2 for t, _ in self._points)
        return 60 * sum((t - mean_t) * (n - mean_n) for t, n in self._points) / spread
