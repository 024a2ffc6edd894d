"""Whether frames come often enough that people can be followed from one to the next."""

from collections import deque
from statistics import median

FOLLOWED_MS = 2_000.0
"""The longest usual gap. On a campus seen from above there were 19 people: with a frame each second 19 identities were
found, every two seconds 17, every three 11. In that time a person walks three metres."""
GAPS = 5
"""The median of so many gaps decides: a network that halts for a moment changes nothing."""


class FrameGaps:
    """Follows the capture times of one stream.

    Attributes
    ----------
    followed : bool
        Whether identities mean anything: unique people, visits, dwell times, crossings. True until a second frame
        says how far apart they are.
    """

    def __init__(self) -> None:
        self.followed = True
        self._gaps: deque[float] = deque(maxlen=GAPS)
        self._t: float | None = None

    def follow(self, t: float) -> bool:
        """Take in the next frame at capture time `t`, milliseconds; return `followed`."""
        if self._t is not None:
            self._gaps.append(t - self._t)
            self.followed = median(self._gaps) <= FOLLOWED_MS
        self._t = t
        return self.followed
