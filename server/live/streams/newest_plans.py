"""Plans that were told of a moment ago: whoever opens a stream may have read the one before just then."""

from collections.abc import Callable

from server.storage.cameras.plans import StoredPlan

MOMENT_S = 30.0
"""Longer than between reading a plan and counting by it. Not for ever: a backup that is restored has older versions."""


class NewestPlans:
    """The newest plan of each camera, for a moment.

    Parameters
    ----------
    now : callable
        The time, seconds; it never goes back.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[str, tuple[float, StoredPlan]] = {}

    def tell(self, camera_id: str, stored: StoredPlan) -> bool:
        """A plan was stored. Returns whether it is the newest; of two at once the first may be told of last."""
        now = self._now()
        self._told = {id_: one for id_, one in self._told.items() if now - one[0] < MOMENT_S}
        if self.of(camera_id, stored) is not stored:
            return False
        self._told[camera_id] = (now, stored)
        return True

    def of(self, camera_id: str, stored: StoredPlan) -> StoredPlan:
        """This plan of a camera, or one that is known to have been stored after it."""
        at, told = self._told.get(camera_id, (self._now(), stored))
        return told if told.version > stored.version and self._now() - at < MOMENT_S else stored
