"""When the next picture of a camera is due to somebody who asked for so many a second."""

from collections.abc import Callable

MOST_SAVED = 2.0
"""Pictures that may be made up for. Frames do not come just when a picture is due: what one comes too late, the next
may come too early, so that on average as many come as were asked for."""
LEFT_OVER = 0.5
"""Of what was saved, when the wish changes: the new one does not begin with what the old one had saved."""


class PictureRate:
    """Of one viewer, camera by camera.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._saved: dict[str, tuple[float, float]] = {}

    def take(self, camera_id: str, fps: float) -> bool:
        """Whether a picture is due from the frame that begins now; it counts as had."""
        now = self._clock()
        saved, since = self._saved.get(camera_id, (1.0, now))
        saved = min(MOST_SAVED, saved + (now - since) * fps)
        due = saved >= 1.0
        self._saved[camera_id] = (saved - 1.0 if due else saved), now
        return due

    def change(self) -> None:
        """Another wish holds from now on."""
        self._saved = {id_: (min(saved, LEFT_OVER), since) for id_, (saved, since) in self._saved.items()}

    def clear(self) -> None:
        """No pictures are wanted; when they are again, the first comes at once."""
        self._saved.clear()
