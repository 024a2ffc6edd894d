"""Connections: one per unit of work, short transactions, writers announce themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection as CoreConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

BUSY_TIMEOUT_MS = 20_000


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


class Database:
    """The database file.

    Parameters
    ----------
    path : Path
        The SQLite file; it must have been migrated.
    """

    def __init__(self, path: Path) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
        self._writer = self._engine.execution_options(immediate=True)
        event.listen(self._engine.sync_engine, "connect", _on_connect)
        event.listen(self._engine.sync_engine, "begin", _on_begin)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a write transaction: committed at the end, rolled back on an error."""
        async with self._writer.begin() as connection:
            yield connection

    async def check(self) -> str | None:
        """Ask for one row. Returns what is wrong, or None."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT count(*) FROM users"))
        except DBAPIError as error:
            return str(error.orig)
        return None

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


Row = dict[str, Any]
