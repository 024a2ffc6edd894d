"""Streams whose frames stopped vision processes are refused for a while: every process serves others, too."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import Counter

from server.core.errors import FrameError

OF_CAMERA_S = (2.0, 30.0, 300.0)
"""How long the frames of a camera are refused after its first such frame, its second, and each one after that."""
OF_OWNER_S = (0.0, 0.0, 60.0, 300.0)
"""The same for all cameras of an owner together, and for all guests of an owner: other cameras are no way around it."""
FORGET_S = 3600.0
"""After such a time without another one it begins with the shortest again."""
MOST = 10_000
"""Cameras and owners that are remembered; the oldest are forgotten first."""

STOPPED = Counter("crowdcount_frames_that_stopped_vision_total", "Frames of which a vision process died or hung")


@dataclass(frozen=True, slots=True)
class _Record:
    """How often it happened, when last, and until when frames are refused; seconds, monotonic."""

    times: int
    at: float
    until: float


class Suspensions:
    """What is remembered of all cameras and owners.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}

    def of(self, camera_id: str, owner: str) -> "Suspension":
        """For the stream of a camera; `owner` names who answers for several."""
        return Suspension(self, f"camera {camera_id}", f"owner {owner}")

    def note(self, key: str, steps: tuple[float, ...]) -> None:
        """A frame stopped a process; refuse those of `key` for as long as `steps` say."""
        now = self._clock()
        before = self._records.pop(key, None)
        times = before.times + 1 if before and now - before.at < FORGET_S else 1
        self._records[key] = _Record(times, now, now + steps[min(times, len(steps)) - 1])
        while len(self._records) > MOST:
            del self._records[next(iter(self._records))]

    def left_s(self, key: str) -> float:
        """For how long frames are refused from now on; 0 or less where they are taken."""
        record = self._records.get(key)
        return record.until - self._clock() if record else 0.0


@dataclass(frozen=True, slots=True)
class Suspension:
    """Whether the frames of one stream are refused; made by `Suspensions.of`."""

    all: Suspensions
    camera: str
    owner: str

    def check(self) -> None:
        """Raises FrameError ``STREAM_SUSPENDED``."""
        left = max(self.all.left_s(self.camera), self.all.left_s(self.owner))
        if left > 0:
            message = f"A frame stopped the vision process. Frames are refused for {max(1, round(left))} s."
            raise FrameError("STREAM_SUSPENDED", message)

    def note(self) -> None:
        """A frame of the stream stopped a vision process."""
        STOPPED.inc()
        self.all.note(self.camera, OF_CAMERA_S)
        self.all.note(self.owner, OF_OWNER_S)
