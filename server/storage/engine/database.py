"""Connections: one per unit of work, short transactions; and whether anything can be stored."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.backend import Where, backend_of
from server.storage.engine.trouble import DAMAGE, Trouble, is_trouble

LOOK_FOR_DAMAGE_S = 30.0
"""The whole file is read to know that damage is gone, so it is done that rarely."""


class Database:
    """The database.

    Parameters
    ----------
    where : Path or PostgresUrl
        The SQLite file, or the PostgreSQL database; it must have been migrated.

    Attributes
    ----------
    trouble : Trouble or None
        Why a write failed; None once `probe` came through.
    """

    def __init__(self, where: Where) -> None:
        self.trouble: Trouble | None = None
        self._looked_at = float("-inf")
        self._backend = backend_of(where)

    @property
    def away(self) -> bool:
        """Whether it is known that it cannot be reached, so that whoever asks again and again may leave it."""
        return self._backend.away is not None

    async def open(self) -> None:
        """Take it for this process, which serves with it. Raises CodedError when another does."""
        await self._backend.open(self._note)

    async def close(self) -> None:
        """Close every connection."""
        await self._backend.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        try:
            async with self._backend.reading() as connection:
                yield connection
        except DatabaseError as error:
            if is_trouble(error) and (trouble := self._backend.trouble_of(error)) in DAMAGE:
                self.trouble = trouble
            raise

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a write transaction: committed at the end, rolled back on an error."""
        try:
            async with self._backend.writing() as connection:
                yield connection
        except DatabaseError as error:
            if is_trouble(error):
                self.trouble = self._backend.trouble_of(error)
            raise

    async def probe(self) -> None:
        """Write something that changes nothing, so that `trouble` is of now."""
        if self.trouble in DAMAGE and not await self._mended():
            return
        if self.trouble is Trouble.FULL and not self._backend.has_room():
            return
        with suppress(DatabaseError):
            async with self.writing() as connection:
                await self._backend.touch(connection)
            self.trouble = None

    async def _mended(self) -> bool:
        """Whether a file that was found damaged is whole again, such as after `crowdcount restore`."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_FOR_DAMAGE_S:
            return False
        self._looked_at = now
        try:
            async with self.reading() as connection:
                return await self._backend.is_whole(connection)
        except DatabaseError:
            return False

    async def check(self) -> str | None:
        """Ask for one row. Returns what is wrong, or None; frames are counted without a server that is away."""
        if self._backend.watched:
            return None
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT count(*) FROM users"))
        except DBAPIError as error:
            return str(error.orig)
        return None

    def _note(self, trouble: Trouble) -> None:
        self.trouble = trouble


Row = dict[str, Any]
