"""The end of a session reaches its connections, whatever other clients and whoever writes to the database do."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.config import Settings
from server.live.connections import session_watch
from server.live.connections.session_watch import SessionWatch
from server.storage.accounts.sessions import EndReason
from server.storage.engine.database import Database
from tests.support.server import furnish
from tests.support.wait import until


class Unread:
    """Connections of clients that do not read that they are closed: to close one never ends."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.cut: set[str] = set()
        self.asked_for_expired = 0

    def sessions(self) -> Collection[str]:
        """No session of these is in the database, so all are over."""
        return set(self.open)

    def guests(self) -> Collection[str]:
        """There are none."""
        return ()

    async def end_sessions(self, sessions: Collection[str], _reason: EndReason) -> None:
        """Cut them."""
        self.open -= set(sessions)
        self.cut |= set(sessions)
        await asyncio.Event().wait()

    async def end_expired(self, _now: float) -> None:
        """Nothing has expired that would be closed soon."""
        self.asked_for_expired += 1
        await asyncio.Event().wait()

    async def tidy(self) -> None:
        """As with handshakes that are never finished."""
        await asyncio.Event().wait()


class CountedWrites(Database):
    """Counts the writes that have not ended."""

    unfinished = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a write transaction, which counts until it ends."""
        self.unfinished += 1
        try:
            async with super().writing() as connection:
                yield connection
        finally:
            self.unfinished -= 1


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[CountedWrites]:
    """A migrated database."""
    await asyncio.to_thread(furnish, settings)
    database = CountedWrites(settings.database)
    yield database
    await database.close()


@pytest.fixture
async def unread(database: CountedWrites, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Unread]:
    """Connections with a watch over their sessions."""
    monkeypatch.setattr(session_watch, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(session_watch, "NOTE_EVERY_S", 0.05)
    connections = Unread()
    watch = SessionWatch(database, connections, connections.tidy, audit_days=1)
    watch.start()
    yield connections
    await watch.stop()


async def test_a_client_that_does_not_read_keeps_no_other_open(unread: Unread) -> None:
    for session in ("first", "second"):
        unread.open.add(session)
        await until(lambda: session in unread.cut)  # noqa: B023 - awaited in the same turn


async def test_who_waits_to_write_keeps_no_connection_open(
    settings: Settings, database: CountedWrites, unread: Unread
) -> None:
    unread.open.add("before")
    await until(lambda: not unread.open)  # the file is in the mode that lets others read
    with closing(sqlite3.connect(settings.database_path, 60, isolation_level=None, check_same_thread=False)) as other:
        # In a thread: a write of the watch that began earlier ends only while this loop runs.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        unread.open.add("noted")
        await until(lambda: not unread.open and database.unfinished)
        for number in range(3):
            unread.open.add(f"session {number}")
            await until(lambda: not unread.open)
        assert database.unfinished, "the watch waited to write all the time"
