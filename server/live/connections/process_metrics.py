"""Figures that nobody reports by himself: how late the event loop is, and what waits."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import nan
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from server.common.background import BackgroundTask
from server.core.analytics import Analytics
from server.live.streams import metrics
from server.live.streams.stream import Stream
from server.storage.engine.database import Database

logger = logging.getLogger("crowdcount.live")

LOOK_EVERY_S = 0.25
LATE_S = 0.5
"""An event loop that is so late, twice in a row, has too much to do: connections that were not let in go first."""
LOOP_LAG = Histogram(
    "crowdcount_loop_lag_seconds",
    "How late the event loop is",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
UNANSWERED = Gauge("crowdcount_frames_unanswered", "Frames that run or wait, at most two for each stream")
TASKS = Gauge("crowdcount_tasks", "Tasks of the event loop")
STORAGE = Gauge("crowdcount_storage_failing", "1 while nothing can be stored")
DISK = Gauge("crowdcount_disk_free_bytes", "Free space where the database is")
SHED = Counter("crowdcount_loop_shed", "Times that strangers' connections were cut because the event loop was late")
DATABASE = Gauge("crowdcount_database_bytes", "Size of the database and its log")


class ProcessMetrics:
    """Looks four times a second.

    Parameters
    ----------
    streams : callable
        Those that are open.
    database : Database
    path : Path
        Of its file.
    shed : callable
        Cuts the connections that were not let in, and says how many.
    """

    def __init__(
        self, streams: Callable[[], Iterable[Stream]], database: Database, path: Path, shed: Callable[[], int]
    ) -> None:
        self._shed = shed
        self._was_late = False
        self._streams = streams
        self._database = database
        self._path = path
        self._task = BackgroundTask("vitals", self._look_forever)

    def start(self) -> None:
        """Look from now on."""
        self._task.start()

    async def stop(self) -> None:
        """Stop."""
        await self._task.stop()

    async def _look_forever(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self._note_lag(max(0.0, clock() - due))
            self._look()

    def _note_lag(self, seconds: float) -> None:
        LOOP_LAG.observe(seconds)
        late = seconds >= LATE_S
        if late and self._was_late and (number := self._shed()):
            SHED.inc()
            logger.warning("the event loop is late by %.1f s; cut %d connections that were not let in", seconds, number)
        self._was_late = late

    def _look(self) -> None:
        streams = list(self._streams())
        note_people([stream.analytics for stream in streams])
        counters = [stream.counters for stream in streams]
        UNANSWERED.set(sum(one.received - one.processed - one.dropped - one.rejected for one in counters))
        TASKS.set(len(asyncio.all_tasks()))
        STORAGE.set(self._database.trouble is not None)
        with suppress(OSError):  # a disk that is gone is told by STORAGE
            DISK.set(shutil.disk_usage(self._path.parent).free)
            log = self._path.with_name(self._path.name + "-wal")
            DATABASE.set(self._path.stat().st_size + (log.stat().st_size if log.exists() else 0))


def note_people(analytics: Sequence[Analytics]) -> None:
    """Say how many people the open streams show; of streams that are not known and show nobody that is no 0."""
    seen = [one for one in analytics if one.known or one.figures.count]
    says_nothing = bool(analytics) and not seen
    metrics.PEOPLE.set(nan if says_nothing else sum(one.figures.count for one in seen))
    metrics.ESTIMATED.set(nan if says_nothing else sum(one.people for one in seen))
    metrics.CROWDED.set(sum(one.crowd is not None for one in analytics))
    metrics.UNKNOWN.set(sum(not one.known for one in analytics))
