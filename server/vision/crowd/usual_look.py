"""How many people the usual look shows, by the measure of closer looks."""

from server.vision.crowd.estimate import likely_people
from server.vision.crowd.recent_mean import RecentMean
from server.vision.detections import Detections

SPAN_MS = 1_000.0
"""Time that the number is a mean of, and after which it is renewed: a map of people that changed with each frame would
be sent with each frame."""


class UsualLook:
    """Follows one stream between its closer looks, which cost more and are rare.

    Attributes
    ----------
    people : float
        Of the last second; 0 before the first frame.
    """

    def __init__(self) -> None:
        self._mean = RecentMean(SPAN_MS)
        self._t: float | None = None
        self.people = 0.0

    def note(self, found: Detections, height: int, t: float) -> None:
        """Take in what the usual look found in a frame of this height, pixels, captured at `t`, milliseconds."""
        self._mean.note(float(likely_people(found, height).sum()), t)
        if self._t is None or not 0 <= t - self._t < SPAN_MS:
            self.people, self._t = self._mean.mean, t
