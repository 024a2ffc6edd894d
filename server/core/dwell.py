"""Dwell-time statistics in bounded memory: quantiles are exact for the latest visits."""

from bisect import insort
from collections import deque
from dataclasses import dataclass

MAX_VISITS = 2_000
"""Number of latest ended visits used for the quantiles, which therefore adapt over the day."""


@dataclass(frozen=True, slots=True)
class DwellFigures:
    """Statistics of ended visits and the longest ongoing visit, seconds; None before the first visit ended."""

    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    longest_now_s: float


class Dwell:
    """Accumulates the durations of ended visits."""

    def __init__(self) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._sum = 0.0
        self._count = 0
        self._quantiles: tuple[float, float] | None = None  # cached; None after an addition

    def add(self, seconds: float) -> None:
        """Add an ended visit."""
        self._sum += seconds
        self._count += 1
        self._quantiles = None
        self._order.append(seconds)
        insort(self._sorted, seconds)
        if len(self._order) > MAX_VISITS:
            self._sorted.remove(self._order.popleft())

    def figures(self, longest: float) -> DwellFigures:
        """Return the statistics; `longest` is the longest ongoing visit, seconds."""
        if not self._count:
            return DwellFigures(None, None, None, longest)
        if self._quantiles is None:
            self._quantiles = self._quantile(0.5), self._quantile(0.9)
        return DwellFigures(self._sum / self._count, *self._quantiles, longest)

    def _quantile(self, q: float) -> float:
        """Return a quantile by linear interpolation (Hyndman and Fan 1996, type 7; the default of NumPy)."""
        position = q * (len(self._sorted) - 1)
        below = int(position)
        above = min(below + 1, len(self._sorted) - 1)
        return self._sorted[below] + (position - below) * (self._sorted[above] - self._sorted[below])
