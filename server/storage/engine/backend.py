"""What differs between the databases, behind one interface: a file of SQLite, or a PostgreSQL server."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.postgres_url import PostgresUrl
from server.storage.engine.sqlite import SQLiteFile
from server.storage.engine.trouble import Trouble

Where = Path | PostgresUrl
"""The file, or where the server is."""


class DatabaseBackend(Protocol):
    """Connections to one database."""

    away: Trouble | None
    """Why nobody need ask just now; None while it can be reached, which is always so for a file."""

    @property
    def watched(self) -> bool:
        """Whether it is asked for a sign of life all the time, so that `away` says all that there is to say."""

    async def open(self, lost: Callable[[Trouble], None]) -> None:
        """Take it for this process alone, as who serves has to; `lost` is told when it can be reached no more."""

    async def close(self) -> None:
        """Close every connection."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that sees one consistent state."""

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection in a transaction that sees all that was written before, and nobody else writes beside."""

    def trouble_of(self, error: DatabaseError) -> Trouble:
        """What an error of the database means."""

    def has_room(self) -> bool:
        """Whether there is room for more than the next small write, as far as can be told from here."""

    async def touch(self, connection: AsyncConnection) -> None:
        """Write something that changes nothing."""

    async def is_whole(self, connection: AsyncConnection, /) -> bool:
        """Whether what was found damaged is whole again."""


def backend_of(where: Where) -> DatabaseBackend:
    """The one for this database."""
    if isinstance(where, Path):
        return SQLiteFile(where)
    # Late: only who has such a database needs the package that speaks to it.
    from server.storage.engine.postgres import PostgresServer

    return PostgresServer(where)
