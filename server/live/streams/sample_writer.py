"""Saves what streams counted, while they run and when they end; never on the frame path."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from prometheus_client import Counter
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.live.streams.sample_buffer import Pending
from server.live.streams.stream import Stream
from server.storage.alerts.alert_steps import keep_alerts, keep_interrupted
from server.storage.alerts.snapshots import add_stills, delete_old_stills, select_still_cameras
from server.storage.cameras.streams import StreamRecord, upsert_stream
from server.storage.engine.database import Database
from server.storage.engine.saved_parts import begin_part, delete_old_parts
from server.storage.history.heatmaps import add_heat, delete_old_heat
from server.storage.history.records import delete_old_records, delete_surplus_streams
from server.storage.history.retention import Retention
from server.storage.history.samples import add_samples, delete_old_samples

logger = logging.getLogger("crowdcount.live")

WRITE_EVERY_S = 1.0
"""Alerts and samples are on disk so soon after they happened."""
TOTALS_EVERY = 5
"""Totals of streams change with every frame; they are written at every fifth turn."""
HEAT_EVERY = 60
"""Heatmaps of the hour grow slowly; they are written at every sixtieth turn."""
MAX_LATE = 1000
"""Streams that ended while the database could not be written; the oldest go first."""
CLEAN_EVERY = 3600
"""Old samples are dropped at every turn that is a multiple of this."""
PARTS_A_TURN = 5
"""Transactions with samples for each running stream: what gathered while nothing could be written is spread."""
PAUSE_S = 0.12
"""Between two of them; SQLite looks every 0.1 s whether whoever waits may write."""
STOP_S = 2.0
"""How long at the end the write that runs may take to be finished."""
FAULT_SHOWN_S = 600.0
"""How long a fault that lost something is told by `/readyz`."""

FAULTS = Counter("crowdcount_save_faults_total", "Writes of what was counted that failed for no fault of the disk")


class SampleWriter:
    """Writes totals, alerts and samples of streams.

    Parameters
    ----------
    database : Database
        Where to.
    running : callable
        The streams that are open.
    retention : Retention
        How long what was counted is kept.
    """

    def __init__(self, database: Database, running: Callable[[], Iterable[Stream]], retention: Retention) -> None:
        self._database = database
        self._running = running
        self._retention = retention
        self._fault_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._late: deque[Stream] = deque(maxlen=MAX_LATE)
        self._interrupted_ended = False

    def start(self) -> None:
        """Begin to save what runs."""
        self._task = asyncio.create_task(self._save_forever(), name="recorder")

    async def stop(self) -> None:
        """Finish what is being written and stop; streams are saved when they are closed."""
        if self._task is None:
            return
        self._ending.set()
        _, pending = await asyncio.wait([self._task], timeout=STOP_S)
        for task in pending:
            task.cancel()
            await asyncio.wait([task])

    def trouble(self) -> str | None:
        """What is wrong with it besides the disk, for whoever watches; None while all is well."""
        if self._task is not None and self._task.done() and not self._ending.is_set():
            return "nothing is saved any more; restart the server"
        if self._fault_at is not None and time.monotonic() - self._fault_at < FAULT_SHOWN_S:
            return "some of what was counted could not be saved; the log says why"
        return None

    async def save(self, stream: Stream, *, closed: bool) -> None:
        """Write the totals of a stream, its alerts and samples, and where people were."""
        if closed:
            stream.journal.note_heat(stream.analytics.take_heat_hours())
            if self._database.trouble is not None and not self._ending.is_set():
                self._late.append(stream)  # whoever closes it would wait for what fails anyway
                return
        await self._write([stream], totals=True, closed=closed)

    async def save_late(self) -> None:
        """Write the streams that ended while the database could not be written."""
        for _ in range(len(self._late)):
            await self._write([self._late.popleft()], totals=True, closed=True)

    async def _save_forever(self) -> None:
        turn = 0
        await self._clean()
        while not await self._rest():
            turn += 1
            try:
                await self._turn(turn)
            except Exception:
                # The boundary of a turn: whatever it was, there must be a next one.
                logger.exception("what was counted could not be saved")
                self._note_fault()

    async def _rest(self) -> bool:
        """Wait for the next turn; true when there is to be none."""
        try:
            async with asyncio.timeout(WRITE_EVERY_S):
                return await self._ending.wait()
        except TimeoutError:
            return False

    def _note_fault(self) -> None:
        """Count it and let health tell it."""
        FAULTS.inc()
        self._fault_at = time.monotonic()

    async def _turn(self, turn: int) -> None:
        if self._database.trouble is not None:
            await self._database.probe()
            if self._database.trouble is not None:
                return  # everything waits: to write it would fail, and keep whoever asks waiting
        streams = [stream for stream in self._running() if stream.counters.processed]
        await self._learn(streams)
        if turn % HEAT_EVERY == 0:
            for stream in streams:
                stream.journal.note_heat(stream.analytics.take_heat_hours())
        await self._write(streams, totals=turn % TOTALS_EVERY == 0, closed=False)
        await self.save_late()
        if turn % CLEAN_EVERY == 0 or not self._interrupted_ended:
            await self._clean()

    async def _learn(self, streams: Sequence[Stream]) -> None:
        """Of which cameras pictures of alerts are wanted; another web process may have been told."""
        if not streams:
            return
        try:
            async with self._database.reading() as connection:
                wanted = await select_still_cameras(connection, [stream.camera_id for stream in streams])
        except SQLAlchemyError:
            logger.exception("it is not known whether pictures of alerts are wanted")
            return
        for stream in streams:
            stream.journal.wants_stills = stream.camera_id in wanted

    async def _write(self, streams: Sequence[Stream], *, totals: bool, closed: bool) -> None:
        """One stream after the other, each in its own short transactions: a fault of one is not the others'."""
        for stream in streams:
            written = await self._write_part(stream, totals=totals, closed=closed)
            parts = 1
            while written and stream.journal.behind and (closed or parts < PARTS_A_TURN):
                if not self._ending.is_set():
                    await asyncio.sleep(PAUSE_S)
                written = await self._write_part(stream, totals=False, closed=closed)
                parts += 1

    async def _write_part(self, stream: Stream, *, totals: bool, closed: bool) -> bool:
        """Write what goes into one transaction. Returns whether the next part may follow."""
        pending = stream.journal.drain()
        if not (totals or pending.alerts or pending.samples or pending.heat):
            return True
        ids = {"stream": stream.id, "camera": stream.camera_id, "user": stream.owner_id}
        try:
            async with self._database.writing() as connection:
                if totals:
                    await upsert_stream(connection, _totals(stream, closed))
                await keep_alerts(connection, pending.alerts.values(), time.time())
                await add_stills(connection, pending.stills)
                if await _is_new(connection, stream, pending):
                    await add_samples(connection, pending.samples)
                    await add_heat(connection, pending.heat)
        except IntegrityError:
            logger.info("stream %s: its camera was deleted; nothing is kept", stream.id, extra=ids)
        except SQLAlchemyError:
            # It is tried again at the next turn; meanwhile counting goes on.
            stream.journal.give_back(pending)
            if closed:
                self._late.append(stream)
            logger.exception("stream %s could not be saved", stream.id, extra=ids)
            return False
        except asyncio.CancelledError:
            # The end did not wait any longer. Whoever closes the stream saves it.
            stream.journal.give_back(pending)
            raise
        except Exception:
            # The boundary of a stream. What it held is let go: it would fail at every turn.
            logger.exception("stream %s could not be saved; what waited of it is lost", stream.id, extra=ids)
            self._note_fault()
        return True

    async def _clean(self) -> None:
        """Drop what is old; the first time that it works, also end what a killed process left open."""
        watched = {alert.id for stream in self._running() for alert in stream.journal.open_alerts()}
        try:
            async with self._database.writing() as connection:
                if not self._interrupted_ended:
                    await keep_interrupted(connection, time.time(), watched)
                await delete_old_stills(connection, self._retention.stills, time.time())
                await delete_old_heat(connection, self._retention.heat, time.time())
                await delete_old_records(connection, self._retention.records, time.time())
                await delete_surplus_streams(connection)
                await delete_old_parts(connection, time.time())
            more = True
            while more:
                async with self._database.writing() as connection:
                    more = await delete_old_samples(connection, self._retention.samples, time.time())
        except SQLAlchemyError:
            logger.exception("old history could not be dropped")
        else:
            self._interrupted_ended = True


async def _is_new(connection: AsyncConnection, stream: Stream, pending: Pending) -> bool:
    """Whether what adds up was not stored before, by a commit whose answer was lost."""
    if pending.number is None:
        return bool(pending.samples or pending.heat)
    return await begin_part(connection, stream.id, stream.camera_id, pending.number, time.time())


def _totals(stream: Stream, closed: bool) -> StreamRecord:
    now = time.time()
    figures, counters = stream.analytics.figures, stream.counters
    return StreamRecord(
        id=stream.id,
        camera_id=stream.camera_id,
        source=stream.source,
        opened_at=stream.opened_at,
        saved_at=now,
        closed_at=now if closed else None,
        duration_ms=stream.duration_ms,
        peak=figures.peak,
        unique_people=stream.analytics.unique,
        received=counters.received,
        processed=counters.processed,
        dropped=counters.dropped,
        rejected=counters.rejected,
    )
