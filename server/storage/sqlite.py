"""SQLite: one file, short transactions, writers announce themselves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import event, text
from sqlalchemy.engine import Connection as CoreConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from server.storage.trouble import Trouble

BUSY_TIMEOUT_MS = 20_000
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


def _on_connect(connection: Connection, _record: object) -> None:
    """Set what SQLite does not by default (FACTS: foreign keys, WAL, time to wait for a lock)."""
    # None hands transactions to SQLAlchemy alone, so that BEGIN is ours to choose.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: CoreConnection) -> None:
    # A deferred transaction that later writes fails with "locked" at once when another wrote in between.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


class SQLiteFile:
    """A database file; see `server.storage.backend.Backend`.

    Parameters
    ----------
    path : Path
        It must have been migrated.
    """

    away: Trouble | None = None
    watched = False

    def __init__(self, path: Path) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
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
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that no other writes beside."""
        async with self._writer.begin() as connection:
            yield connection

    def trouble_of(self, error: DatabaseError) -> Trouble:
        """By what SQLite says."""
        said = str(error.orig).lower()
        return next((meaning for words, meaning in SAYS.items() if words in said), Trouble.OTHER)

    async def touch(self, connection: AsyncConnection) -> None:
        """Write the number that nobody uses."""
        await connection.execute(text("PRAGMA user_version = 0"))

    async def is_whole(self, connection: AsyncConnection) -> bool:
        """Read the whole file."""
        return (await connection.execute(text("PRAGMA quick_check(1)"))).scalar() == "ok"
