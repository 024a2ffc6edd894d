"""Figures over stretches of time: what history keeps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from server.core.observed import observed_ms
from server.core.visits import Event, VisitChange

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
    least, mean, most, last : float or None
        Of the number of boxed people; the mean over the observed time. None where nothing is known.
    entries, exits : int
    dwell_s, visits : float, int
        Total length and number of the visits that ended in it.
    estimate, estimate_most : float or None
        Mean and largest value of the people shown, the estimate where it was crowded; None where it never was.
    crowded_s, unknown_s : float
        How long people were estimated, and how long their number was not known.
    unfollowed_s : float
        How long frames were too far apart to follow people: entries, exits and visits say nothing of that time.
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
class _Seen:
    """What one frame says: boxed people, the estimate, and whether the number of people is known."""

    count: int
    estimate: float | None
    known: bool

    @property
    def people(self) -> float:
        """The number of people shown."""
        return float(self.count) if self.estimate is None else self.estimate

    @property
    def says_something(self) -> bool:
        """Where the number of people is unknown, no box is no 0, and boxed people are a lower bound."""
        return self.known or self.count > 0


@dataclass(slots=True)
class _Sums:
    """What gathers in the bucket that is open; times in milliseconds."""

    seen: list[_Seen] = field(default_factory=list)
    boxed: float = 0.0
    people: float = 0.0
    observed: float = 0.0
    crowded: float = 0.0
    unknown: float = 0.0
    unfollowed: float = 0.0
    dwell_s: float = 0.0
    events: Counter[VisitChange] = field(default_factory=Counter)


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
        self._last = _Seen(0, None, known=False)
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
        """Take in a frame and return the bucket that ended.

        What a late certainty dates back to an earlier bucket is counted in the one in which it became certain.

        Parameters
        ----------
        t : float
            Capture time, milliseconds.
        count : int
            Boxed people.
        events : iterable of Event
            What happened.
        estimate : float, optional
            People where it is crowded.
        known : bool
            False where `count` is a lower bound alone and there is no estimate.
        followed : bool
            False where this frame and those before are too far apart to follow people.
        """
        self._followed = followed  # of the time since the frame before, too
        start = int((t + self._offset_ms) // BUCKET_MS) * BUCKET_MS
        seen = _Seen(count, estimate, known)
        step, ended, held = 0.0, None, self._last
        if self._start is not None:
            step = observed_ms(self._t, t)
            if start != self._start:
                ended, step = self._end(step, start)
                held = seen  # so that the mean of a bucket lies between its extremes
        self._start, self._t, self._last = start, t, seen
        self._hold(step, held)
        if seen.says_something:
            self._sums.seen.append(seen)
        self.count(events)
        return ended

    def _end(self, step: float, after: int) -> tuple[Bucket | None, float]:
        """End the bucket that is open, with its part of the `step` that leads out of it; return the rest.

        The rest is observed in the bucket `after` it, unless there was a gap of a whole bucket in between.
        """
        assert self._start is not None
        end = self._start + BUCKET_MS
        before = min(step, max(0.0, end - self._offset_ms - self._t))
        self._hold(before, self._last)
        return self.close(), step - before if after == end else 0.0

    def _hold(self, milliseconds: float, seen: _Seen) -> None:
        """This was so for so long."""
        sums = self._sums
        sums.unknown += 0.0 if seen.known else milliseconds
        sums.unfollowed += 0.0 if self._followed else milliseconds
        if seen.says_something:
            sums.boxed += milliseconds * seen.count
            sums.people += milliseconds * seen.people
            sums.observed += milliseconds
            sums.crowded += milliseconds if seen.estimate is not None else 0.0

    def count(self, events: Iterable[Event]) -> None:
        """Something happened in the bucket that is open."""
        for event in events:
            self._sums.events[event.kind] += 1
            self._sums.dwell_s += event.dwell_s

    def close(self) -> Bucket | None:
        """End the bucket that is open."""
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
    """Over the observed time; of the frames where they followed each other at once."""
    if not values:
        return None
    return total / observed_ms if observed_ms else sum(values) / len(values)
