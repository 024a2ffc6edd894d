"""When cameras begin and stop, for a room's log: not more often than somebody reads it."""

from collections.abc import Callable
from dataclasses import dataclass

SPACING_S = 30.0
"""Between two entries about one camera: a device that comes and goes all the time must not fill the log."""

Write = Callable[[str, str, bool, float], None]
"""Takes the room, the camera's name, whether it streams, and since when (Unix seconds)."""


@dataclass(slots=True)
class _Camera:
    """What is so, and what the log says."""

    room_id: str
    name: str
    streams: bool
    since: float
    written: bool | None = None
    written_s: float = float("-inf")


class CameraNotes:
    """What the log says of cameras that stream: at once, but again only after a while, and then what is so by then.

    Parameters
    ----------
    write : callable
    clock, wall : callable
        Seconds: monotonic, and of the day.
    """

    def __init__(self, write: Write, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        self._write, self._clock, self._wall = write, clock, wall
        self._cameras: dict[str, _Camera] = {}

    def note(self, room_id: str, camera_id: str, name: str, *, streams: bool) -> None:
        """A camera began to stream, or stopped."""
        known = self._cameras.get(camera_id)
        if known is None or known.room_id != room_id:
            known = self._cameras[camera_id] = _Camera(room_id, name, streams, self._wall())
        elif known.streams is not streams:
            known.streams, known.since = streams, self._wall()
        known.name = name
        self._settle(known, SPACING_S)

    def tick(self) -> None:
        """Write what is due; forget the cameras of which the log says what is so for long enough."""
        for camera in self._cameras.values():
            self._settle(camera, SPACING_S)
        now = self._clock()
        recent = {id_: camera for id_, camera in self._cameras.items() if now - camera.written_s < SPACING_S}
        self._cameras = recent

    def flush(self) -> None:
        """Write what is so, due or not: the end."""
        for camera in self._cameras.values():
            self._settle(camera, 0.0)

    def _settle(self, camera: _Camera, spacing_s: float) -> None:
        now = self._clock()
        if camera.written is not camera.streams and now - camera.written_s >= spacing_s:
            camera.written, camera.written_s = camera.streams, now
            self._write(camera.room_id, camera.name, camera.streams, camera.since)
