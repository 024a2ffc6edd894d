"""Aggregation into fixed time intervals ("buckets"), the rows of the history."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from server.core.observed import observed_ms
from server.core.visits import Event, VisitChange

BUCKET_MS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """Aggregates of one zone, or of the whole frame, over ten seconds.

    Attributes
    ----------
    start_ms : int
        Start of the bucket, a multiple of 10,000; wall-clock time, milliseconds.
    seconds : float
        Observed time, seconds.
    least, mean, most, last : float or None
        Statistics of the number of detected people; the mean is weighted by observed time. None if unknown.
    entries, exits : int
    dwell_s, visits : float, int
        Total duration (seconds) and number of the visits that ended in the bucket.
    estimate, estimate_most : float or None
        Mean and maximum of the displayed number of people; None if the scene was never crowded.
    crowded_s, unknown_s : float
        Time with a crowd estimate, and time without a known number of people, seconds.
    unfollowed_s : float
        Time with a frame rate too low for tracking, seconds. Entries, exits and visits exclude it.
    """

    start_ms: int
    seconds: float
    least: int | None
    mean: float | None
    most: int | None
    last: int | None
    entries: int
    exits: int
    dwell_s: float
    visits: int
    estimate: float | None
    estimate_most: float | None
    crowded_s: float
    unknown_s: float
    unfollowed_s: float


@dataclass(frozen=True, slots=True)
class _Observation:
    """One frame: detected people, the crowd estimate, and whether the number of people is known."""

    count: int
    estimate: float | None
    known: bool

    @property
    def people(self) -> float:
        """The displayed number of people."""
        return float(self.count) if self.estimate is None else self.estimate

    @property
    def is_informative(self) -> bool:
        """Whether the frame bounds the number of people. If that is unknown, zero detections do not mean zero
        people."""
        return self.known or self.count > 0


@dataclass(slots=True)
class _Sums:
    """Accumulators of the open bucket; times in milliseconds."""

    seen: list[_Observation] = field(default_factory=list)
    boxed: float = 0.0
    people: float = 0.0
    observed: float = 0.0
    crowded: float = 0.0
    unknown: float = 0.0
    unfollowed: float = 0.0
    dwell_s: float = 0.0
    events: Counter[VisitChange] = field(default_factory=Counter)


class BucketMaker:
    """Aggregates the frames of one zone, or of the whole frame, into buckets.

    Parameters
    ----------
    offset_ms : float
        Wall-clock time minus capture time, milliseconds. Buckets start at multiples of ten seconds of wall-clock time.
    """

    def __init__(self, offset_ms: float) -> None:
        self._offset_ms = offset_ms
        self._start: int | None = None
        self._t = 0.0
        self._last = _Observation(0, None, known=False)
        self._followed = True
        self._sums = _Sums()

    def update(
        self,
        t: float,
        count: int,
        events: Iterable[Event] = (),
        *,
        estimate: float | None = None,
        known: bool = True,
        followed: bool = True,
    ) -> Bucket | None:
        """Process a frame and return the bucket that it closes, if any.

        Events confirmed late are counted in the bucket of their confirmation, not of their time.

        Parameters
        ----------
        t : float
            Capture time, milliseconds.
        count : int
            Detected people.
        events : iterable of Event
            Visit events of the frame.
        estimate : float, optional
            Crowd estimate, people.
        known : bool
            False if `count` is only a lower bound and there is no estimate.
        followed : bool
            False if the frame rate is too low for tracking.
        """
        self._followed = followed  # applies to the time since the previous frame, too
        start = int((t + self._offset_ms) // BUCKET_MS) * BUCKET_MS
        seen = _Observation(count, estimate, known)
        step, ended, current = 0.0, None, self._last
        if self._start is not None:
            step = observed_ms(self._t, t)
            if start != self._start:
                ended, step = self._end(step, start)
                current = seen  # keeps the mean of a bucket between its extremes
        self._start, self._t, self._last = start, t, seen
        self._add_time(step, current)
        if seen.is_informative:
            self._sums.seen.append(seen)
        self.count(events)
        return ended

    def _end(self, step: float, after: int) -> tuple[Bucket | None, float]:
        """Close the open bucket with its share of `step` (ms) and return the remainder.

        The remainder belongs to the bucket that starts at `after`, unless a gap skipped a whole bucket.
        """
        assert self._start is not None
        end = self._start + BUCKET_MS
        before = min(step, max(0.0, end - self._offset_ms - self._t))
        self._add_time(before, self._last)
        return self.close(), step - before if after == end else 0.0

    def _add_time(self, milliseconds: float, seen: _Observation) -> None:
        """Add the time for which this frame was current."""
        sums = self._sums
        sums.unknown += 0.0 if seen.known else milliseconds
        sums.unfollowed += 0.0 if self._followed else milliseconds
        if seen.is_informative:
            sums.boxed += milliseconds * seen.count
            sums.people += milliseconds * seen.people
            sums.observed += milliseconds
            sums.crowded += milliseconds if seen.estimate is not None else 0.0

    def count(self, events: Iterable[Event]) -> None:
        """Add events to the open bucket."""
        for event in events:
            self._sums.events[event.kind] += 1
            self._sums.dwell_s += event.dwell_s

    def close(self) -> Bucket | None:
        """Close the open bucket and return it; None if none is open."""
        if self._start is None:
            return None
        sums, self._sums = self._sums, _Sums()
        counts = [seen.count for seen in sums.seen]
        people = [seen.people for seen in sums.seen]
        crowded = any(seen.estimate is not None for seen in sums.seen)
        bucket = Bucket(
            start_ms=self._start,
            seconds=sums.observed / 1000,
            least=min(counts, default=None),
            mean=_mean(sums.boxed, sums.observed, counts),
            most=max(counts, default=None),
            last=counts[-1] if counts else None,
            entries=sums.events[VisitChange.ENTRY],
            exits=sums.events[VisitChange.EXIT],
            dwell_s=sums.dwell_s,
            visits=sums.events[VisitChange.END],
            estimate=_mean(sums.people, sums.observed, people) if crowded else None,
            estimate_most=max(people) if crowded else None,
            crowded_s=sums.crowded / 1000,
            unknown_s=sums.unknown / 1000,
            unfollowed_s=sums.unfollowed / 1000,
        )
        self._start = None
        return bucket


def _mean(total: float, observed_ms: float, values: Sequence[float]) -> float | None:
    """Return the time-weighted mean, or the plain mean if no time was observed; None without values."""
    if not values:
        return None
    return total / observed_ms if observed_ms else sum(values) / len(values)
