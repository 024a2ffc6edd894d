"""Connections: one per unit of work, short transactions, writers announce themselves."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection as CoreConnection
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
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


class Trouble(Enum):
    """Why a write fails."""

    FULL = "full"
    READ_ONLY = "readonly"
    BUSY = "locked"
    FAULTY = "i/o"
    CLOSED = "unable to open"
    DAMAGED = "malformed"
    OVERWRITTEN = "not a database"
    OTHER = ""


DAMAGE = (Trouble.DAMAGED, Trouble.OVERWRITTEN)
LOOK_FOR_DAMAGE_S = 30.0
"""The whole file is read to know that damage is gone, so it is done that rarely."""


def is_trouble(error: Exception) -> bool:
    """Whether an error is the disk's or the file's, and not that of what was asked for."""
    asked_for = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
    return isinstance(error, DatabaseError) and not isinstance(error, asked_for)


def _trouble_of(error: DatabaseError) -> Trouble:
    said = str(error.orig).lower()
    return next(one for one in Trouble if one.value in said)


class Database:
    """The database file.

    Parameters
    ----------
    path : Path
        The SQLite file; it must have been migrated.

    Attributes
    ----------
    trouble : Trouble or None
        Why a write failed; None once `probe` came through.
    """

    def __init__(self, path: Path) -> None:
        self.trouble: Trouble | None = None
        self._looked_at = float("-inf")
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
        self._writer = self._engine.execution_options(immediate=True)
        event.listen(self._engine.sync_engine, "connect", _on_connect)
        event.listen(self._engine.sync_engine, "begin", _on_begin)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        try:
            async with self._engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            if is_trouble(error) and (trouble := _trouble_of(error)) in DAMAGE:
                self.trouble = trouble
            raise

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a write transaction: committed at the end, rolled back on an error."""
        try:
            async with self._writer.begin() as connection:
                yield connection
        except DatabaseError as error:
            if is_trouble(error):
                self.trouble = _trouble_of(error)
            raise

    async def probe(self) -> None:
        """Write something that changes nothing, so that `trouble` is of now."""
        if self.trouble in DAMAGE and not await self._mended():
            return
        with suppress(DatabaseError):
            async with self.writing() as connection:
                await connection.execute(text("PRAGMA user_version = 0"))
            self.trouble = None

    async def _mended(self) -> bool:
        """Whether a file that was found damaged is whole again, such as after `crowdcount restore`."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_FOR_DAMAGE_S:
            return False
        self._looked_at = now
        try:
            async with self.reading() as connection:
                return (await connection.execute(text("PRAGMA quick_check(1)"))).scalar() == "ok"
        except DatabaseError:
            return False

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
