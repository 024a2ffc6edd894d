"""Trend of a number of people: change per minute."""

from collections import deque

TREND_S, TREND_LEAST_S, TREND_STEP_S = 180.0, 30.0, 1.0
"""Length of the regression window, minimum time span, and sampling interval, seconds."""


class Trend:
    """Linear trend of a number of people."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def update(self, now_s: float, people: int) -> None:
        """Add a value at `now_s` seconds."""
        if not self._points or now_s - self._points[-1][0] >= TREND_STEP_S:
            self._points.append((now_s, people))
        while now_s - self._points[0][0] > TREND_S:
            self._points.popleft()

    def per_minute(self) -> float | None:
        """Return the slope of the least-squares line, people per minute; None if the time span is too short."""
        if not self._points or self._points[-1][0] - self._points[0][0] < TREND_LEAST_S:
            return None
        mean_t = sum(t for t, _ in self._points) / len(self._points)
        mean_n = sum(n for _, n in self._points) / len(self._points)
        spread = sum((t - mean_t) ** 2 for t, _ in self._points)
        return 60 * sum((t - mean_t) * (n - mean_n) for t, n in self._points) / spread
