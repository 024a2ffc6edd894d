"""The estimate of a stream's people over time."""

import numpy as np

from server.core.crowd import Crowd
from server.core.crowd_versions import CrowdVersions
from server.vision.crowd.estimate import Estimate

SMOOTH_MS = 2_000.0
"""Time in which an estimate is mostly replaced by newer ones: dozens of people do not come and go between two."""


OLD_MS = 60_000.0
"""Age from which on an estimate says nothing of the present any more: it is not known then."""

RENEW_MS = OLD_MS * 2 / 3
"""Age from which on a newer one does not wait for its share of the time any more, lest the number gets unknown."""


class SmoothedPeople:
    """A decaying mean of the estimates; the newest says where the people are.

    Where boxes carry an estimate, it is the mean of how many people there are besides those whom the usual look shows,
    and the usual look of each moment comes on top. So people who come and go between two closer looks count.
    """

    def __init__(self) -> None:
        self._newest: Estimate | None = None
        self._besides = 0.0
        self._t = 0.0
        self._taken = 0
        self._versions = CrowdVersions()

    def take(self, estimate: Estimate | None, t: float, usual: float = 0.0) -> None:
        """Take in an estimate of the frame captured at `t`, milliseconds; None: there is none any more.

        The usual look showed `usual` people then, by the measure of the estimate.
        """
        before, self._newest = self._newest, estimate
        self._taken += 1
        if estimate is None:
            return
        old = float(np.exp(-max(0.0, t - self._t) / SMOOTH_MS))
        # Boxes and density differ by more than chance: from one to the other nothing is smoothed.
        if before is None or before.dense != estimate.dense:
            old = 0.0
        besides = estimate.people - (0.0 if estimate.dense else usual)
        self._besides, self._t = old * self._besides + (1 - old) * besides, t

    @property
    def dense(self) -> bool:
        """Whether density carries a part of the newest estimate, or nothing can estimate it."""
        return self._newest is None or self._newest.dense

    def ageing(self, t: float) -> bool:
        """Whether there is an estimate that is old at capture time `t`, milliseconds, or will be soon."""
        return self._newest is not None and t - self._t > RENEW_MS

    def forget(self) -> None:
        """The estimates are of another scene."""
        self.take(None, self._t)

    def crowd(self, count: int, surely: int, t: float, usual: float = 0.0) -> Crowd | None:
        """Return the estimate for a frame captured at `t`, milliseconds; None where there is none that is not old.

        `count` people are tracked in it, `surely` of them for certain; the usual look shows `usual`.
        """
        if self._newest is None or t - self._t > OLD_MS:
            return None
        people = max(0.0, self._besides + (0.0 if self._newest.dense else usual))
        figure = self._newest.figure(people, count, surely)
        # Where the looks found no people, tracked ones may be anywhere.
        grid = self._newest.grid if self._newest.people > 0 else np.ones_like(self._newest.grid)
        return self._versions.crowd(self._taken, figure, grid)
