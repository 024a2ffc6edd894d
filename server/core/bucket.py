"""Figures over stretches of time: what history keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.core.observed import observed_ms
from server.core.visits import Event, Kind

BUCKET_MS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """Ten seconds of one zone, or of the whole frame.

    Attributes
    ----------
    start_ms : int
        When it begins, on the clock of its stream, a multiple of 10,000.
    seconds : float
        How much of it was observed.
    least, mean, most, last : float
        Of the number of people; the mean over the observed time.
    entries, exits : int
    dwell_s, visits : float, int
        Total length and number of the visits that ended in it.
    """

    start_ms: int
    seconds: float
    least: int
    mean: float
    most: int
    last: int
    entries: int
    exits: int
    dwell_s: float
    visits: int


class BucketMaker:
    """Cuts one figure's course into buckets.

    Parameters
    ----------
    offset_ms : float
        Added to capture times; buckets begin at multiples of ten seconds of the sum.
    """

    def __init__(self, offset_ms: float) -> None:
        self._offset_ms = offset_ms
        self._start: int | None = None
        self._t = 0.0
        self._values: list[int] = []
        self._person_ms = 0.0
        self._observed_ms = 0.0
        self._counts = dict.fromkeys(Kind, 0)
        self._dwell_s = 0.0

    def update(self, t: float, value: int, events: Sequence[Event] = ()) -> Bucket | None:
        """Take in the number of people at capture time `t` (ms) and what happened; return the bucket that ended.

        What a late certainty dates back to an earlier bucket is counted in the one in which it became certain.
        """
        start = int((t + self._offset_ms) // BUCKET_MS) * BUCKET_MS
        step, ended = 0.0, None
        if self._start is not None:
            step = observed_ms(self._t, t)
            if start != self._start:
                ended, step = self._end(step, start)
        self._start, self._t = start, t
        self._hold(step, self._values[-1] if self._values else value)
        self._values.append(value)
        self.count(events)
        return ended

    def _end(self, step: float, after: int) -> tuple[Bucket | None, float]:
        """End the bucket that is open, with its part of the `step` that leads out of it; return the rest.

        The rest is observed in the bucket `after` it, unless there was a gap of a whole bucket in between.
        """
        assert self._start is not None
        end = self._start + BUCKET_MS
        before = min(step, max(0.0, end - self._offset_ms - self._t))
        self._hold(before, self._values[-1])
        return self.close(), step - before if after == end else 0.0

    def _hold(self, milliseconds: float, value: int) -> None:
        """There were so many for so long."""
        self._person_ms += milliseconds * value
        self._observed_ms += milliseconds

    def count(self, events: Iterable[Event]) -> None:
        """Something happened in the bucket that is open."""
        for event in events:
            self._counts[event.kind] += 1
            self._dwell_s += event.dwell_s

    def close(self) -> Bucket | None:
        """End the bucket that is open."""
        if self._start is None or not self._values:
            return None
        mean = self._person_ms / self._observed_ms if self._observed_ms else sum(self._values) / len(self._values)
        bucket = Bucket(
            start_ms=self._start,
            seconds=self._observed_ms / 1000,
            least=min(self._values),
            mean=mean,
            most=max(self._values),
            last=self._values[-1],
            entries=self._counts[Kind.ENTRY],
            exits=self._counts[Kind.EXIT],
            dwell_s=self._dwell_s,
            visits=self._counts[Kind.END],
        )
        self._start = None
        self._values = []
        self._person_ms = self._observed_ms = self._dwell_s = 0.0
        self._counts = dict.fromkeys(Kind, 0)
        return bucket
