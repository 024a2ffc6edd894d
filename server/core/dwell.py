"""How long people stay: exact while few, bounded for ever."""

from bisect import insort
from collections import deque
from dataclasses import dataclass

KEPT = 2_000
"""Ended visits that the quantiles are computed from: the newest ones, so that they follow the day."""


@dataclass(frozen=True, slots=True)
class DwellFigures:
    """Dwell of ended visits, in seconds, and the longest that is going on. None before the first visit ended."""

    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    longest_now_s: float


class Dwell:
    """Collects the lengths of ended visits."""

    def __init__(self) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._sum = 0.0
        self._count = 0
        self._quantiles: tuple[float, float] | None = None  # of what was added so far

    def add(self, seconds: float) -> None:
        """A visit ended."""
        self._sum += seconds
        self._count += 1
        self._quantiles = None
        self._order.append(seconds)
        insort(self._sorted, seconds)
        if len(self._order) > KEPT:
            self._sorted.remove(self._order.popleft())

    def figures(self, longest: float) -> DwellFigures:
        """The figures, with the longest visit that is going on, seconds."""
        if not self._count:
            return DwellFigures(None, None, None, longest)
        if self._quantiles is None:
            self._quantiles = self._quantile(0.5), self._quantile(0.9)
        return DwellFigures(self._sum / self._count, *self._quantiles, longest)

    def _quantile(self, q: float) -> float:
        """Linear interpolation between order statistics (Hyndman and Fan's type 7, as numpy's default)."""
        position = q * (len(self._sorted) - 1)
        below = int(position)
        above = min(below + 1, len(self._sorted) - 1)
        return self._sorted[below] + (position - below) * (self._sorted[above] - self._sorted[below])
