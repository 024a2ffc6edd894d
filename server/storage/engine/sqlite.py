"""SQLite: one file, short transactions, writers announce themselves."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.engine import Connection as CoreConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from server.storage.engine.trouble import Trouble

BUSY_TIMEOUT_MS = 20_000
WAIT_S = BUSY_TIMEOUT_MS / 1000
"""For a connection, and for the turn to write, beside others of this process."""
ROOM_BYTES = 524_288
LOG_BYTES = 16_777_216
"""The log beside the file is cut back to this when it was longer, as while much was dropped at once."""
SAYS = {
    "full": Trouble.FULL,
    "readonly": Trouble.READ_ONLY,
    "locked": Trouble.BUSY,
    "i/o": Trouble.FAULTY,
    "unable to open": Trouble.CLOSED,
    "malformed": Trouble.DAMAGED,
    "not a database": Trouble.OVERWRITTEN,
}
"""What is in its messages, and what that means."""


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Set what SQLite does not by default (FACTS: foreign keys, WAL, time to wait for a lock)."""
    # None hands transactions to SQLAlchemy alone, so that BEGIN is ours to choose.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        f"journal_size_limit={LOG_BYTES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: CoreConnection) -> None:
    # A deferred transaction that later writes fails with "locked" at once when another wrote in between.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


class SQLiteFile:
    """A database file; see `server.storage.engine.backend.Backend`.

    Parameters
    ----------
    path : Path
        It must have been migrated.
    """

    away: Trouble | None = None
    watched = False

    def __init__(self, path: Path) -> None:
        self._path = path
        # What is stored is nobody's business who reads the log, where errors go.
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True, pool_timeout=WAIT_S)
        self._turn = asyncio.Lock()
        self._writer = self._engine.execution_options(immediate=True)
        event.listen(self._engine.sync_engine, "connect", _on_connect)
        event.listen(self._engine.sync_engine, "begin", _on_begin)

    async def open(self, lost: Callable[[Trouble], None]) -> None:
        """A file is opened by whoever asks it."""

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        try:
            async with self._engine.connect() as connection:
                yield connection
        except PoolTimeoutError as error:
            raise _locked() from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that no other writes beside; who waits here keeps none from reading."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turn.acquire()
        except TimeoutError as error:
            raise _locked() from error
        try:
            async with self._writer.begin() as connection:
                yield connection
        except PoolTimeoutError as error:
            raise _locked() from error
        finally:
            self._turn.release()

    def trouble_of(self, error: DatabaseError) -> Trouble:
        """By what SQLite says."""
        said = str(error.orig).lower()
        return next((meaning for words, meaning in SAYS.items() if words in said), Trouble.OTHER)

    def has_room(self) -> bool:
        """Whether what is written at once fits on the disk; a single page may when that does not."""
        return shutil.disk_usage(self._path.parent).free >= ROOM_BYTES

    async def touch(self, connection: AsyncConnection) -> None:
        """Write the number that nobody uses."""
        await connection.execute(text("PRAGMA user_version = 0"))

    async def is_whole(self, connection: AsyncConnection) -> bool:
        """Read the whole file."""
        return (await connection.execute(text("PRAGMA quick_check(1)"))).scalar() == "ok"


def _locked() -> OperationalError:
    """As SQLite says it when another process writes for too long."""
    return OperationalError("(nothing was asked)", None, sqlite3.OperationalError("database is locked"))
