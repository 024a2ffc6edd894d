"""When each picture of a recording was taken: its time stamps, where they can be believed.

A stamp is believed that lies a little behind the one before: up to ten usual intervals, or two seconds. A longer step
forward may be true (a camera that records movement alone) or nonsense (a damaged stamp, a clock that was set). It is
true if all of these hold:

- the pictures after it go on from there: a single damaged stamp is followed by a step back;
- the length that the file states covers it: a damaged stamp in the middle does not lengthen the file;
- it is shorter than a day: a counter of 33 bits that wraps (26.5 hours), or a clock that is set from 1970 to today, is
  longer. Pictures that are usually days apart are within ten usual intervals.

A step back is never true. What is not believed is replaced by the usual interval; then the stamps go on either as
before (one was damaged) or from the new one (the clock was set, or wrapped around). What remains is a clock that is
set forward by less than a day in a file whose length says the same: that cannot be told from a gap, and counts as one.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Generic, TypeVar

NEAR_S, NEAR_INTERVALS = 2.0, 10
"""Steps that need no other reason."""
GAP_S = 24 * 3600.0
"""The longest gap."""
FOLLOWERS = 3
"""Pictures after a long step that must go on from there."""
SLACK_S = 1.0
"""What the length of a file may be wrong by."""
_RECENT, _ENOUGH = 31, 5

Picture = TypeVar("Picture")


class FrameClock(Generic[Picture]):
    """Gives each picture its time. It holds pictures back only while it judges a long step.

    Parameters
    ----------
    interval_s : float
        Between two pictures, as the file says; what is measured replaces it.
    length_s : float, optional
        Of the recording, as the file says.

    Attributes
    ----------
    replaced : int
        Stamps that were not believed.
    """

    def __init__(self, interval_s: float, length_s: float | None) -> None:
        self.replaced = 0
        self._said_s, self._length_s = interval_s, length_s
        self._steps: deque[float] = deque(maxlen=_RECENT)
        self._waiting: deque[tuple[Picture, float | None]] = deque()
        self._base: float | None = None
        self._other: float | None = None
        self._last = 0.0
        self._any = False

    @property
    def interval_s(self) -> float:
        """The usual time between two pictures."""
        return median(self._steps) if len(self._steps) >= _ENOUGH else self._said_s

    def take(self, picture: Picture, stamp_s: float | None) -> Iterator[tuple[Picture, float]]:
        """Take in a picture; yield those whose time is known now, with seconds since the first one."""
        self._waiting.append((picture, stamp_s))
        yield from self._release(last=False)

    def close(self) -> Iterator[tuple[Picture, float]]:
        """Yield the pictures that are left: no other comes."""
        yield from self._release(last=True)

    def _release(self, *, last: bool) -> Iterator[tuple[Picture, float]]:
        while self._waiting:
            t = self._judge(last=last)
            if t is None:
                return
            self._last, self._any = t, True
            yield self._waiting.popleft()[0], t

    def _judge(self, *, last: bool) -> float | None:
        """The time of the first picture that waits; None while too few have followed it."""
        stamp = self._waiting[0][1]
        usual = self._last + self.interval_s if self._any else 0.0
        if stamp is None:
            return usual
        if self._base is None or not self._any:
            self._base = stamp - usual
            return usual
        for base in (self._base, self._other):
            if base is not None and self._is_near(stamp - base - self._last):
                return self._follow(base, stamp)
        return self._judge_step(stamp, self._base, usual, last=last)

    def _judge_step(self, stamp: float, base: float, usual: float, *, last: bool) -> float | None:
        """The same, after a step back or a long one forward."""
        if stamp - base > self._last:
            if len(self._waiting) <= FOLLOWERS and not last:
                return None
            if self._is_gap(stamp - base):
                self._other = None
                return stamp - base
        self.replaced += 1
        self._other = stamp - usual
        return usual

    def _follow(self, base: float, stamp: float) -> float:
        """The stamp of a clock that is believed."""
        t = stamp - base
        self._steps.append(t - self._last)
        self._base, self._other = base, None
        return t

    def _is_near(self, step: float) -> bool:
        return step > 0 and (step <= NEAR_S or step <= NEAR_INTERVALS * self.interval_s)

    def _is_gap(self, t: float) -> bool:
        """Whether the long step forward to this time is true."""
        stamps = [stamp for _, stamp in self._waiting if stamp is not None]
        rising = all(before < after for before, after in pairwise(stamps))
        covered = self._length_s is None or t <= self._length_s + SLACK_S
        followed = len(stamps) > 1 or self._length_s is not None
        return rising and covered and followed and t - self._last <= GAP_S
