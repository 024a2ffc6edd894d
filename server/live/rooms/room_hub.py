"""What comes from streams and from HTTP goes to everybody who looks at the room."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from server.common.background import BackgroundTask
from server.core.bounds import Bounds
from server.core.public_figure import PublicFigure
from server.core.reading import Reading
from server.live.room_pace import RoomPace
from server.live.rooms.audience import RoomAudience, Tell
from server.live.rooms.live_camera import LiveCamera
from server.live.rooms.live_room import LiveRoom
from server.live.rooms.registry import RoomRegistry
from server.live.rooms.room_writer import RoomWriter
from server.live.streams.camera_notes import CameraNotes
from server.live.streams.stream import Stream
from server.storage.alerts.alerts import AlertRecord
from server.storage.alerts.area_alerts import PlacedAlert
from server.storage.engine.database import Database
from server.storage.rooms.room_log import LogEntry, LogKind

logger = logging.getLogger("crowdcount.live")

Json = dict[str, Any]

TICK_S = 0.25
LOOK_EVERY = 4
"""Who may still look is asked at every fourth tick: a removed member sees nothing more within two seconds."""
READ_EVERY = 20
"""A room is read again at every twentieth: what changed in another process, or went with an account, is seen then."""


class Words(Protocol):
    """How things of rooms are written for programs, the same here as over HTTP."""

    def alert(self, placed: PlacedAlert) -> Json:
        """An alert with its place."""

    def entry(self, entry: LogEntry) -> Json:
        """An entry of the log."""


class RoomHub:
    """The rooms that are alive.

    Parameters
    ----------
    database : Database
    tell : callable
        Sends an event to one connection.
    cut : callable
        Closes a connection that is too slow.
    words : Words
    bounds : Bounds
        How many alerts of areas there may be.
    """

    def __init__(
        self,
        database: Database,
        tell: Tell,
        cut: Callable[[str], Coroutine[Any, Any, None]],
        words: Words,
        bounds: Bounds,
    ) -> None:
        self._cut = cut
        self._words = words
        self._open: dict[str, Stream] = {}
        self._ticker = BackgroundTask("rooms", self._tick_forever)
        self._pace = RoomPace()
        self.book = RoomRegistry(database, self._open.__contains__, time.monotonic, bounds)
        self.audience = RoomAudience(database, self.book, tell)
        self.writer = RoomWriter(database, self.logged)
        self._notes = CameraNotes(self.writer.note_camera, time.monotonic, time.time)

    def start(self) -> None:
        """Begin to watch over the rooms."""
        self.writer.start()
        self._ticker.start()

    async def stop(self) -> None:
        """End what was begun; what waits to be written is written."""
        await self._ticker.stop()
        await self.audience.stop()
        self._notes.flush()
        await self.writer.stop()

    # From streams.

    def opened(self, stream: Stream, room_id: str | None) -> None:
        """A stream began. Its room need not be alive yet."""
        self._open[stream.camera_id] = stream
        if room_id is not None:
            self.audience.soon(self._greet(stream.camera_id, room_id))

    def closed(self, stream: Stream) -> None:
        """A stream ended."""
        if self._open.get(stream.camera_id) is not stream:
            return  # another took its place
        del self._open[stream.camera_id]
        room = self.book.of_camera(stream.camera_id)
        if room is not None:
            camera = room.cameras[stream.camera_id]
            self._follow_alerts(room, camera, (), stream.journal.at, watched=False)
            camera.end()
            room.show(camera.id, {})
            self._notes.note(room.id, camera.id, camera.name, streams=False)

    def picture_widths(self, camera_id: str) -> tuple[int, ...]:
        """In which widths viewers want the next frame of this camera."""
        room = self.book.of_camera(camera_id)
        if room is None:
            return ()
        wishes = {viewer.wished_width(camera_id) for viewer in room.viewers.values()}
        return tuple(sorted(width for width in wishes if width is not None))

    def show(self, stream: Stream, result: Json, pictures: Mapping[int, bytes], reading: Reading) -> None:
        """A frame was answered with this; `reading` is on the monotonic clock."""
        room = self.book.of_camera(stream.camera_id)
        if room is None or self._open.get(stream.camera_id) is not stream:
            return  # its last frame may be answered after its end
        wall_ms = round((time.time() - (time.monotonic() - reading.at_s)) * 1000, 1)
        camera = room.cameras[stream.camera_id]
        camera.take(result, reading, wall_ms, stream.id)
        room.show(camera.id, pictures)
        self._follow_alerts(room, camera, stream.journal.open_alerts(), stream.journal.at)

    # From HTTP, after it was stored.

    def changed(self, room_id: str) -> None:
        """Members, cameras, areas or the name of a room changed."""
        self.audience.soon(self._reload(room_id))

    def logged(self, room_id: str, entry: LogEntry) -> None:
        """The log of a room has a new entry."""
        self.audience.announce(room_id, {"kind": "log", "entry": self._words.entry(entry)})

    def plan_changed(self, camera_id: str, version: int, by: str) -> None:
        """The zones of a camera changed."""
        room = self.book.of_camera(camera_id)
        if room is not None:
            self.audience.announce(room.id, {"kind": "plan_changed", "camera": camera_id, "version": version, "by": by})

    def alert_taken(self, placed: PlacedAlert) -> None:
        """A user acknowledged or claimed an alert."""
        room = self.book.get(placed.room_id)
        live = room.take(placed.alert) if room else None
        self._announce_alert(live or placed, "taken")

    def open_alerts(self, room: LiveRoom) -> list[Json]:
        """The active alerts of a room, also those that are not written yet."""
        return [self._words.alert(placed) for placed in room.open_alerts()]

    def public_figures(self, room_id: str) -> dict[str, PublicFigure]:
        """What everybody may know of each area of a room, by id; nothing of a room that is not alive."""
        room = self.book.get(room_id)
        return room.public_figures() if room else {}

    async def _greet(self, camera_id: str, room_id: str) -> None:
        try:
            room = self.book.get(room_id) or await self.book.load(room_id)
        except SQLAlchemyError:
            logger.exception("room %s could not be read", room_id, extra={"room": room_id})
            return
        if room is not None and camera_id in room.cameras and camera_id in self._open:
            camera = room.cameras[camera_id]
            if camera.reading is None:
                camera.begin()
            self._notes.note(room.id, camera.id, camera.name, streams=True)

    async def _reload(self, room_id: str) -> None:
        before = self.book.get(room_id)
        try:
            room = await self.book.load(room_id)
            if room is None:
                if before is not None:
                    await self.audience.close(before, set(), "deleted")
                return
            self._tell_left(room)
            await self.audience.check(room)
        except SQLAlchemyError:
            logger.exception("room %s could not be read", room_id, extra={"room": room_id})
        self.audience.announce(room_id, {"kind": "room_changed"})

    def _follow_alerts(
        self, room: LiveRoom, camera: LiveCamera, now: Iterable[AlertRecord], at: float, *, watched: bool = True
    ) -> None:
        for alert, step in camera.follow(now, at, watched=watched):
            self._tell_alert(PlacedAlert(room.takings.complete(alert), room.id, camera.name), step)

    def _tell_alert(self, placed: PlacedAlert, step: str) -> None:
        self._announce_alert(placed, step)
        if step in ("began", "level"):
            zone = f", {placed.alert.zone_name}" if isinstance(placed.alert, AlertRecord) else ""
            self.writer.note(placed.room_id, LogKind.ALERT, placed.place + zone, placed.alert.level)

    def _tell_left(self, room: LiveRoom) -> None:
        """What went on where a camera or area that left the room is, is over for those who look at the room."""
        for placed in room.take_left():
            self._announce_alert(placed, "ended")

    def _announce_alert(self, placed: PlacedAlert, step: str) -> None:
        self.audience.announce(placed.room_id, {"kind": "alert", "step": step, "alert": self._words.alert(placed)})

    async def _tick_forever(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(TICK_S)
            turn += 1
            for room in self._pace.order(self.book.rooms()):
                try:
                    await self._tick(room, look=turn % LOOK_EVERY == 0, read=turn % READ_EVERY == 0)
                except Exception:
                    # The boundary of one room: it is looked at again in a moment, and the others are now.
                    logger.exception("room %s could not be looked at", room.id, extra={"room": room.id})
            self._notes.tick()
            self.book.drop_idle()

    def _sum_up(self, room: LiveRoom) -> None:
        for alert, step in room.tick():
            self.writer.keep(alert)
            place = room.areas[alert.area_id].area.name
            self._tell_alert(PlacedAlert(room.takings.complete(alert), room.id, place), step)

    async def _tick(self, room: LiveRoom, *, look: bool, read: bool) -> None:
        if self._pace.may_look(room):
            began = time.thread_time()
            self._sum_up(room)
            self._pace.looked(room, time.thread_time() - began)
        self._tell_left(room)
        for viewer in [one for one in room.viewers.values() if one.too_slow()]:
            ids = {"connection": viewer.sid, "room": room.id, "user": viewer.user_id}
            logger.info("connection %s is too slow for room %s", viewer.sid, room.id, extra=ids)
            self.audience.leave(viewer.sid)
            self.audience.soon(self._cut(viewer.sid))
        if read and await self.book.load(room.id) is None:
            await self.audience.close(room, set(), "deleted")
        elif look:
            await self.audience.check(room)
