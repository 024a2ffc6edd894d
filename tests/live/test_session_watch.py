"""The end of a session reaches its connections, whatever other clients and whoever writes to the database do."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import closing

import pytest

from server.config import Settings
from server.live import session_watch
from server.live.session_watch import SessionWatch
from server.storage.database import Database
from server.storage.sessions import EndReason
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


@pytest.fixture
async def unread(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Unread]:
    """They are watched."""
    monkeypatch.setattr(session_watch, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(session_watch, "NOTE_EVERY_S", 0.05)
    await asyncio.to_thread(furnish, settings)
    database, connections = Database(settings.database), Unread()
    watch = SessionWatch(database, connections, connections.tidy, audit_days=1)
    watch.start()
    yield connections
    await watch.stop()
    await database.close()


async def test_a_client_that_does_not_read_keeps_no_other_open(unread: Unread) -> None:
    for session in ("first", "second"):
        unread.open.add(session)
        await until(lambda: session in unread.cut, 10)  # noqa: B023 - awaited in the same turn


async def test_who_waits_to_write_keeps_no_connection_open(settings: Settings, unread: Unread) -> None:
    unread.open.add("before")
    await until(lambda: not unread.open, 10)  # the file is in the mode that lets others read
    with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(3):
            unread.open.add(f"session {number}")
            await until(lambda: not unread.open, 10)
            await asyncio.sleep(0.2)  # what was seen is to be written by now
