"""Live connections follow their session, wherever it ends: the database is asked every half second."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from server.common.background import BackgroundTask
from server.storage.accounts.audit import delete_old_audit
from server.storage.accounts.sessions import EndReason, delete_old_sessions, select_over, touch_sessions
from server.storage.engine.database import Database
from server.storage.rooms.guests import select_guests_over

logger = logging.getLogger("crowdcount.live")

LOOK_EVERY_S = 0.5
NOTE_EVERY_S = 15.0
TIDY_EVERY_S = 3600.0
KEEP_ENDED_S = 86_400.0
"""An ended session is remembered for a day, so that a browser that comes back is told why."""
DAY_S = 86_400.0


class Connections(Protocol):
    """The live connections of this process."""

    def sessions(self) -> Collection[str]:
        """Ids of the sessions that have any."""

    def guests(self) -> Collection[str]:
        """Ids of the guests that have any."""

    async def end_sessions(self, sessions: Collection[str], reason: EndReason) -> None:
        """Cut those of sessions that are over, and of guests who may stay no longer; done when all are closed."""

    async def end_expired(self, now: float) -> None:
        """Cut those whose credential has expired."""


class SessionWatch:
    """Cuts what must be cut, and notes when sessions were last seen.

    Parameters
    ----------
    database : Database
        Shared by all web processes.
    connections : Connections
        Of this process.
    tidy : callable
        Run twice a second, whatever the database does, for what else must not stay open.
    audit_days : int
        How long the audit log is kept.
    """

    def __init__(
        self,
        database: Database,
        connections: Connections,
        tidy: Callable[[], Coroutine[Any, Any, None]],
        audit_days: int,
    ) -> None:
        self._database = database
        self._connections = connections
        self._tidy = tidy
        self._audit_s = audit_days * DAY_S
        self._seen: dict[str, float] = {}
        # What waits for the turn to write must not keep connections open.
        # Nor may a database that does not answer.
        self._tasks = (
            BackgroundTask("session watch", self._watch),
            BackgroundTask("session notes", self._take_notes),
            BackgroundTask("handshake watch", self._watch_handshakes),
        )
        self._closing: set[asyncio.Task[None]] = set()

    def note_seen(self, session_id: str) -> None:
        """The session was used just now; written later, many at once."""
        self._seen[session_id] = time.time()

    def start(self) -> None:
        """Watch from now on."""
        for task in self._tasks:
            task.start()

    async def stop(self) -> None:
        """Stop; what was noted is written."""
        for task in self._tasks:
            await task.stop()
        closing = list(self._closing)
        for one in closing:
            one.cancel()
        await asyncio.gather(*closing, return_exceptions=True)
        await self._guarded(self._write_seen)

    async def _watch(self) -> None:
        while True:
            await self._guarded(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _watch_handshakes(self) -> None:
        while True:
            self._close(self._tidy())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _take_notes(self) -> None:
        clock = asyncio.get_running_loop().time
        next_tidy = clock()
        while True:
            if clock() >= next_tidy:
                next_tidy = clock() + TIDY_EVERY_S
                await self._guarded(self._delete_old)
            await asyncio.sleep(NOTE_EVERY_S)
            await self._guarded(self._write_seen)

    def _close(self, work: Coroutine[Any, Any, None]) -> None:
        """Close connections without waiting for them: a client that does not read keeps those of nobody else open."""
        task = asyncio.create_task(work, name="close connections")
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("connections could not be closed", exc_info=task.exception())

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A database that fails is logged and asked again at the next turn."""
        try:
            await work()
        except SQLAlchemyError:
            logger.exception("sessions could not be looked at")

    async def look(self) -> None:
        """Cut the connections of sessions that are over."""
        now = time.time()
        self._close(self._connections.end_expired(now))
        sessions, guests = self._connections.sessions(), self._connections.guests()
        if not sessions and not guests:
            return
        self._seen.update(dict.fromkeys(sessions, now))
        if self._database.away:
            return  # nothing can have ended without it
        async with self._database.reading() as connection:
            over = await select_over(connection, sessions, now)
            over |= await select_guests_over(connection, guests, now)
        for reason in set(over.values()):
            ended = [session for session, why in over.items() if why is reason]
            self._close(self._connections.end_sessions(ended, reason))

    async def _write_seen(self) -> None:
        if self._database.away:
            return
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            async with self._database.writing() as connection:
                await touch_sessions(connection, seen)
        except SQLAlchemyError:
            self._seen = seen | self._seen
            raise

    async def _delete_old(self) -> None:
        now = time.time()
        async with self._database.writing() as connection:
            await delete_old_sessions(connection, now - KEEP_ENDED_S)
            await delete_old_audit(connection, now - self._audit_s)
