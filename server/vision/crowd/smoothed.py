"""Temporal smoothing of the crowd estimate."""

import numpy as np

from server.core.crowd import Crowd
from server.core.crowd_versions import CrowdVersions
from server.vision.crowd.estimate import Estimate

SMOOTH_MS = 2_000.0
"""Time constant of the smoothing, milliseconds: dozens of people do not come and go within it."""


EXPIRY_MS = 60_000.0
"""Age at which an estimate expires and the number is unknown, milliseconds."""

RENEW_MS = EXPIRY_MS * 2 / 3
"""Age at which a new estimate no longer waits for its time budget, milliseconds, lest the old one expire."""


class SmoothedPeople:
    """Exponential moving average of the estimates, with the distribution of the latest one.

    For detection estimates it averages the people beyond those of the usual detections, and adds the usual detections
    of the current second. So people who come and go between two closer looks count.
    """

    def __init__(self) -> None:
        self._newest: Estimate | None = None
        self._besides = 0.0
        self._t = 0.0
        self._version = 0
        self._versions = CrowdVersions()

    def take(self, estimate: Estimate | None, t: float, usual: float = 0.0) -> None:
        """Add an estimate for the frame captured at `t`, milliseconds; None invalidates the previous one.

        `usual` is the number of people in the usual detections of that frame.
        """
        before, self._newest = self._newest, estimate
        self._version += 1
        if estimate is None:
            return
        old = float(np.exp(-max(0.0, t - self._t) / SMOOTH_MS))
        # Detection and density estimates differ systematically, so do not smooth across a change.
        if before is None or before.dense != estimate.dense:
            old = 0.0
        besides = estimate.people - (0.0 if estimate.dense else usual)
        self._besides, self._t = old * self._besides + (1 - old) * besides, t

    @property
    def dense(self) -> bool:
        """Whether density contributes to the latest estimate, or there is no estimate."""
        return self._newest is None or self._newest.dense

    def ageing(self, t: float) -> bool:
        """Return whether there is an estimate that is about to expire at capture time `t`, milliseconds."""
        return self._newest is not None and t - self._t > RENEW_MS

    def forget(self) -> None:
        """Discard the estimate, because the scene has changed."""
        self.take(None, self._t)

    def crowd(self, count: int, confident: int, t: float, usual: float = 0.0) -> Crowd | None:
        """Return the crowd for a frame captured at `t`, milliseconds; None without a current estimate.

        `count` is the number of tracked people, `confident` the lower end of its range, `usual` the number of people in
        the usual detections.
        """
        if self._newest is None or t - self._t > EXPIRY_MS:
            return None
        people = max(0.0, self._besides + (0.0 if self._newest.dense else usual))
        figure = self._newest.figure(people, count, confident)
        # If the looks found no people, the positions of tracked ones are unknown.
        grid = self._newest.grid if self._newest.people > 0 else np.ones_like(self._newest.grid)
        return self._versions.crowd(self._version, figure, grid)
