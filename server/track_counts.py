"""How many people a file showed, and how sure that is, for the statistics of `crowdcount track`."""

from typing import Any

from server.core.tracks import Tracks


class CountStats:
    """Means over the frames."""

    def __init__(self) -> None:
        self._frames = self._count = self._low = self._high = self._saturated = 0

    def note(self, tracks: Tracks) -> None:
        """Take in a frame."""
        self._frames += 1
        count, known = len(tracks.people), tracks.certainty
        self._count += count
        self._low += known.low if known else count
        self._high += known.high if known else count
        self._saturated += bool(known and known.saturated)

    def report(self) -> dict[str, Any]:
        """Mean count, mean ends of its range, and the share of frames that were probably undercounted."""
        frames = max(1, self._frames)
        return {
            "mean": round(self._count / frames, 3),
            "low": round(self._low / frames, 3),
            "high": round(self._high / frames, 3),
            "saturated": round(self._saturated / frames, 3),
        }
