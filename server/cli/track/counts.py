"""How many people a file showed, and how sure that is, for the statistics of `crowdcount track`."""

from dataclasses import dataclass
from typing import Any

from server.core.crowd import people_of
from server.core.report_json import encode_advice
from server.core.tracks import Tracks


@dataclass(slots=True)
class _Mean:
    """A sum and how many were added."""

    total: float = 0.0
    number: int = 0

    def add(self, value: float) -> None:
        """Take in one more."""
        self.total += value
        self.number += 1

    def value(self) -> float | None:
        """The mean; None of nothing."""
        return round(self.total / self.number, 3) if self.number else None


class CountStats:
    """Means over the frames: unknown frames are left out, so that they lower nothing."""

    def __init__(self) -> None:
        self._frames = self._saturated = self._crowded = self._unknown = 0
        self._count, self._estimate, self._low, self._high = _Mean(), _Mean(), _Mean(), _Mean()
        self._least = _Mean()
        self._advice = encode_advice(None)

    def note(self, tracks: Tracks) -> None:
        """Take in a frame."""
        self._frames += 1
        self._saturated += bool(tracks.certainty and tracks.certainty.saturated)
        self._crowded += tracks.crowd is not None
        self._unknown += not tracks.is_reliable
        self._advice = encode_advice(tracks.advice) or self._advice
        low, high = people_range(tracks)
        if tracks.known:
            self._count.add(len(tracks.people))
            self._least.add(low)
        if tracks.is_reliable:
            self._estimate.add(people_of(len(tracks.people), tracks.crowd.figure if tracks.crowd else None))
            if high is not None:
                self._low.add(low)
                self._high.add(high)

    def report(self) -> dict[str, Any]:
        """Return the means and shares.

        ``mean`` is of the boxed people over the frames of which anything is known, None where none of them was counted
        and nobody was boxed; ``estimate_mean`` is of the number
        shown, ``low`` and ``high`` are of its range, over those in which the number is known. Without any such frame
        ``low`` is the mean lower bound and the others are None. ``saturated``, ``crowded`` (with an estimate) and
        ``unknown`` (no number: a first frame, or saturated without an estimate) are shares of all frames.
        """
        frames = max(1, self._frames)
        return {
            "mean": self._count.value() if self._counted or self._count.total else None,
            "low": (self._low if self._low.number else self._least).value(),
            "high": self._high.value(),
            "saturated": round(self._saturated / frames, 3),
            "estimate_mean": self._estimate.value(),
            "crowded": round(self._crowded / frames, 3),
            "unknown": round(self._unknown / frames, 3),
        }

    @property
    def tells_apart(self) -> bool:
        """Whether people could be told apart in at least half of the frames: in a crowd identities say little."""
        return 2 * self._counted >= self._frames

    @property
    def _counted(self) -> int:
        """Frames whose number is that of the boxed people."""
        return self._frames - self._crowded - self._unknown

    def advice(self) -> dict[str, Any] | None:
        """Return the last advice that was given; None if there was none."""
        return self._advice


def people_range(tracks: Tracks) -> tuple[int, int | None]:
    """Return the smallest and largest plausible number of people, of the estimate where there is one; None: unknown."""
    if tracks.crowd is not None:
        return tracks.crowd.figure.low, tracks.crowd.figure.high
    if tracks.certainty is not None:
        return tracks.certainty.low, tracks.certainty.high
    return len(tracks.people), len(tracks.people)
