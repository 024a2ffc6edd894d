"""Counts over the whole frame: current, peak and unique people."""

from dataclasses import dataclass

from server.core.tracks import Tracks


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a stream after a frame.

    Attributes
    ----------
    count : int
        People detected in the frame.
    peak : int
        Largest `count` so far.
    peak_t : float
        Capture time of the first frame with that count, milliseconds; 0 before the first detection.
    unique : int
        Number of track IDs so far, over all epochs.
    crowd_peak : float or None
        Largest crowd estimate so far; None if there was none.
    """

    count: int = 0
    peak: int = 0
    peak_t: float = 0.0
    unique: int = 0
    crowd_peak: float | None = None


class FrameCounter:
    """Accumulates the counts of one stream.

    Track IDs increase within an epoch and are never reused, so only the IDs of the current epoch are kept.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._seen: set[int] = set()
        self._now: set[int] = set()
        self._t = 0.0
        self._estimate: float | None = None
        self._figures = Figures()

    @property
    def figures(self) -> Figures:
        """The counts after the latest frame."""
        return self._figures

    def update(self, tracks: Tracks, *, followed: bool = True) -> Figures:
        """Process the people of the next frame and return the updated counts.

        If the frame rate is too low for tracking (`followed` False), `unique` does not change.
        """
        if tracks.epoch != self._epoch:
            self._epoch = tracks.epoch
            self._seen.clear()
        self._now, self._t = {person.id for person in tracks.people}, tracks.t
        self._estimate = tracks.crowd.figure.estimate if tracks.crowd else None
        new = self._now - self._seen
        self._seen |= new
        before, count = self._figures, len(tracks.people)
        higher = count > before.peak
        self._figures = Figures(
            count=count,
            peak=count if higher else before.peak,
            peak_t=tracks.t if higher else before.peak_t,
            unique=before.unique + (len(new) if followed else 0),
            crowd_peak=_largest(before.crowd_peak, self._estimate),
        )
        return self._figures

    def reset(self) -> None:
        """Restart with the people present now."""
        self._seen = set(self._now)
        count = len(self._now)
        self._figures = Figures(count=count, peak=count, peak_t=self._t, unique=count, crowd_peak=self._estimate)


def _largest(before: float | None, now: float | None) -> float | None:
    """Return the larger of two estimates, either of which may be missing."""
    return max((one for one in (before, now) if one is not None), default=None)
