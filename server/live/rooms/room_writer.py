"""Writes what happens in rooms: log entries and alerts of areas; never on the frame path."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from server.common.background import BackgroundTask
from server.common.ids import new_id
from server.storage.alerts.area_alerts import AreaAlert, end_open_area_alerts, upsert_area_alert
from server.storage.engine.database import Database
from server.storage.engine.trouble import is_trouble
from server.storage.rooms.room_log import LogEntry, LogKind, insert_log

logger = logging.getLogger("crowdcount.live")

RETRY_S = 1.0
MOST_WAITING = 5_000


@dataclass(frozen=True, slots=True)
class RoomLogEvent:
    """An entry that is to be written, by its `key` no more than once. `at`: Unix seconds."""

    room_id: str
    kind: LogKind
    who: str
    text: str
    at: float
    key: str = field(default_factory=lambda: new_id("log"))


class RoomWriter:
    """Writes in the order in which things happened; what a database that does not answer took long for is tried again.

    Parameters
    ----------
    database : Database
    written : callable
        Told of each entry of the log, with its room.
    """

    def __init__(self, database: Database, written: Callable[[str, LogEntry], None]) -> None:
        self._database = database
        self._written = written
        self._waiting: asyncio.Queue[RoomLogEvent | AreaAlert] = asyncio.Queue(MOST_WAITING)
        self._begun = False
        self._task = BackgroundTask("room writer", self._run)

    def start(self) -> None:
        """Begin to write."""
        self._task.start()

    async def stop(self) -> None:
        """Write what waits, then stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), RETRY_S)
        await self._task.stop()

    def note(self, room_id: str, kind: LogKind, who: str, text: str = "") -> None:
        """Something happened just now."""
        self._put(RoomLogEvent(room_id, kind, who, text, time.time()))

    def note_camera(self, room_id: str, name: str, streams: bool, since: float) -> None:
        """A camera streams, or does not, since then."""
        self._put(RoomLogEvent(room_id, LogKind.CAMERA_ON if streams else LogKind.CAMERA_OFF, name, "", since))

    def keep(self, alert: AreaAlert) -> None:
        """An alert of an area began, changed or ended."""
        self._put(alert)

    def _put(self, what: RoomLogEvent | AreaAlert) -> None:
        try:
            self._waiting.put_nowait(what)
        except asyncio.QueueFull:
            logger.error("too much waits to be written of rooms; %s is lost", type(what).__name__)

    async def _run(self) -> None:
        if not self._begun:
            # First what a killed process left open, whatever that takes: later it could not be told from what is new.
            await self._write_at_last(None)
            self._begun = True
        while True:
            what = await self._waiting.get()
            try:
                await self._write_at_last(what)
            finally:
                self._waiting.task_done()

    async def _write_at_last(self, what: RoomLogEvent | AreaAlert | None) -> None:
        written = await self._write(what)
        while not written:
            await asyncio.sleep(RETRY_S)
            written = await self._write(what)

    async def _write(self, what: RoomLogEvent | AreaAlert | None) -> bool:
        """Returns whether it need not be tried again."""
        if self._database.away:
            return False  # which is told elsewhere
        entry = None
        try:
            async with self._database.writing() as connection:
                if what is None:
                    await end_open_area_alerts(connection)
                elif isinstance(what, AreaAlert):
                    await upsert_area_alert(connection, what)
                else:
                    entry = await insert_log(
                        connection, what.room_id, what.kind, what.who, what.text, what.at, what.key
                    )
        except IntegrityError:
            logger.info("a room or area was deleted; nothing of it is kept")
        except SQLAlchemyError as error:
            logger.exception("what happened in a room could not be written")
            # What the database refuses for what it is would be refused for ever, and hold up all that comes after it.
            return not is_trouble(error)
        if entry is not None and isinstance(what, RoomLogEvent):
            self._written(what.room_id, entry)
        return True
