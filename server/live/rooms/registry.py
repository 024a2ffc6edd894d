"""Which rooms are alive: somebody looks at them, or one of their cameras streams."""

from collections.abc import Callable, Iterable

from server.core.bounds import Bounds
from server.live.rooms.live_room import LiveRoom
from server.live.streams.quotas import Quotas
from server.storage.engine.database import Database
from server.storage.rooms.areas import select_areas
from server.storage.rooms.rooms import select_any_room, select_room_cameras


class RoomRegistry:
    """The rooms that are alive, by id and by camera.

    Parameters
    ----------
    database : Database
    streams : callable
        Whether a camera streams.
    clock : callable
        Seconds, monotonic.
    bounds : Bounds
        How many alerts of areas there may be.
    """

    def __init__(
        self, database: Database, streams: Callable[[str], bool], clock: Callable[[], float], bounds: Bounds
    ) -> None:
        self._quotas = Quotas(bounds, clock)
        self._database = database
        self._streams = streams
        self._clock = clock
        self._rooms: dict[str, LiveRoom] = {}
        self._by_camera: dict[str, LiveRoom] = {}

    def rooms(self) -> Iterable[LiveRoom]:
        """Every room that is alive."""
        return list(self._rooms.values())

    def get(self, room_id: str) -> LiveRoom | None:
        """A room, if it is alive."""
        return self._rooms.get(room_id)

    def of_camera(self, camera_id: str) -> LiveRoom | None:
        """The room that a camera is in, if it is alive."""
        return self._by_camera.get(camera_id)

    async def load(self, room_id: str) -> LiveRoom | None:
        """Read a room anew, and make it alive; None for one that is gone."""
        async with self._database.reading() as connection:
            stored = await select_any_room(connection, room_id)
            cameras = await select_room_cameras(connection, room_id)
            areas = await select_areas(connection, room_id)
        if stored is None:
            self.forget(room_id)
            return None
        room = self._rooms.setdefault(room_id, LiveRoom(room_id, stored.owner_id, self._clock, self._quotas))
        room.arrange([(camera.id, camera.name) for camera in cameras], areas)
        self._index(room)
        for camera in room.cameras.values():
            if camera.reading is None and self._streams(camera.id):
                camera.begin()
        return room

    def forget(self, room_id: str) -> None:
        """The room is not alive any more."""
        room = self._rooms.pop(room_id, None)
        if room is not None:
            self._by_camera = {id_: one for id_, one in self._by_camera.items() if one is not room}

    def drop_idle(self) -> None:
        """Forget the rooms that nobody looks at and no camera streams into."""
        for room in self.rooms():
            if room.idle():
                self.forget(room.id)

    def _index(self, room: LiveRoom) -> None:
        self._by_camera = {id_: one for id_, one in self._by_camera.items() if one is not room}
        self._by_camera |= dict.fromkeys(room.cameras, room)
