"""Saves what streams counted, while they run and when they end; never on the frame path."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from server.live.stream import Stream
from server.storage.database import Database
from server.storage.streams import StreamRecord, upsert_stream

logger = logging.getLogger("crowdcount.live")

SAVE_EVERY_S = 5.0


class Recorder:
    """Writes one row a stream.

    Parameters
    ----------
    database : Database
        Where to.
    running : callable
        The streams that are open.
    """

    def __init__(self, database: Database, running: Callable[[], Iterable[Stream]]) -> None:
        self._database = database
        self._running = running
        self._opened_at: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to save what runs."""
        self._task = asyncio.create_task(self._save_forever(), name="recorder")

    async def stop(self) -> None:
        """Stop; streams are saved when they are closed."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def save(self, stream: Stream, *, closed: bool) -> None:
        """Write the totals of a stream. A database that fails is logged and tried again at the next turn."""
        now = time.time()
        figures, counters = stream.analytics.figures, stream.counters
        record = StreamRecord(
            id=stream.id,
            camera_id=stream.camera_id,
            source=stream.source,
            opened_at=self._opened_at.setdefault(stream.id, now),
            saved_at=now,
            closed_at=now if closed else None,
            duration_ms=stream.duration_ms,
            peak=figures.peak,
            unique_people=figures.unique,
            received=counters.received,
            processed=counters.processed,
            dropped=counters.dropped,
            rejected=counters.rejected,
        )
        if closed:
            del self._opened_at[stream.id]
        try:
            async with self._database.writing() as connection:
                await upsert_stream(connection, record)
        except IntegrityError:
            logger.info("stream %s: its camera was deleted; nothing is kept", stream.id)
        except SQLAlchemyError:
            logger.exception("stream %s could not be saved", stream.id)

    async def _save_forever(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            for stream in list(self._running()):
                if stream.counters.processed:
                    await self.save(stream, closed=False)
