"""PostgreSQL: a server somewhere else, which may be away; one transaction writes at a time, as with SQLite."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import String, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.ext.compiler import compiles

from server.storage.engine.postgres_connection import LOCK_S, Lines, PostgresConnection
from server.storage.engine.postgres_lock import AdvisoryLock
from server.storage.engine.postgres_url import PostgresUrl
from server.storage.engine.trouble import Trouble, UnreachableError

LINES, MORE_LINES = 5, 3
WRITER_LOCK = 0x63726F77_77726974
"""The advisory lock of whoever writes, for the length of the transaction; of commands beside the server, too."""
MEANING = {
    "53100": Trouble.FULL,
    "53200": Trouble.BUSY,
    "53300": Trouble.BUSY,
    "55P03": Trouble.BUSY,
    "57014": Trouble.BUSY,
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "25006": Trouble.READ_ONLY,
    "58030": Trouble.FAULTY,
    "57P01": Trouble.AWAY,
    "57P02": Trouble.AWAY,
    "57P03": Trouble.AWAY,
}
"""SQLSTATE codes; a connection that broke has none."""


@compiles(String, "postgresql")
def _unbounded(_type: String, _compiler: Any, **_more: Any) -> str:
    """Text of any length: lengths are checked where texts come in, and SQLite does not look at them either."""
    return "VARCHAR"


def _without_nul(value: Any) -> Any:
    """Parameters of a statement without the one character that PostgreSQL does not keep in texts."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {key: _without_nul(one) for key, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list | tuple) else value


def _before_execution(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    return statement, _without_nul(parameters)


class PostgresServer:
    """A database of a server; see `server.storage.engine.backend.Backend`.

    Parameters
    ----------
    url : PostgresUrl
        Of a database that was migrated.
    """

    def __init__(self, url: PostgresUrl) -> None:
        self.away: Trouble | None = None
        self._name = f"crowdcount {secrets.token_hex(6)}"
        self._lines = Lines(url, self._name)
        self._keeper: AdvisoryLock | None = None
        self._turn = asyncio.Lock()
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=self._connect,
            pool_size=LINES,
            max_overflow=MORE_LINES,
            pool_timeout=LOCK_S,
            pool_pre_ping=True,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
        )
        event.listen(self._engine.sync_engine, "before_cursor_execute", _before_execution, retval=True)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def watched(self) -> bool:
        """Whether its keeper asks for signs of life."""
        return self._keeper is not None

    async def open(self, lost: Callable[[Trouble], None]) -> None:
        """Keep the database for this process. Raises CodedError when another has it."""
        if self._keeper is not None:
            return

        def changed(trouble: Trouble | None) -> None:
            self.away = trouble
            if trouble is not None:
                lost(trouble)

        keeper = AdvisoryLock(self._lines, self._name, changed)
        await keeper.open()
        self._keeper = keeper

    async def close(self) -> None:
        """Close every connection."""
        if self._keeper is not None:
            await self._keeper.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state."""
        self._admit()
        try:
            async with self._reader.connect() as connection:
                yield connection
        except PoolTimeoutError as error:
            raise _refusal(Trouble.BUSY) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that no other writes beside; who waits here takes no line meanwhile."""
        self._admit()
        await self._wait_for_turn()
        try:
            self._admit()
            async with self._engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
                yield connection
        except PoolTimeoutError as error:
            raise _refusal(Trouble.BUSY) from error
        finally:
            self._turn.release()

    async def _connect(self) -> PostgresConnection:
        """A line for the pool, which tries anew when one that it had was cut."""
        if self.away is not None:
            raise psycopg.OperationalError(f"the database is {self.away.value}")
        return await self._lines.connect()

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(LOCK_S):
                await self._turn.acquire()
        except TimeoutError as error:
            raise _refusal(Trouble.BUSY) from error

    def _admit(self) -> None:
        """Fail at once where it is known that to ask would fail later."""
        if self.away is not None:
            raise _refusal(self.away)

    def trouble_of(self, error: DatabaseError) -> Trouble:
        """By the code that the server gives; without one there is no server."""
        if isinstance(error.orig, UnreachableError):
            return error.orig.trouble
        code = getattr(error.orig, "sqlstate", None)
        if code is None or code.startswith("08"):
            return Trouble.AWAY
        return MEANING.get(code, Trouble.OTHER)

    def has_room(self) -> bool:
        """Its disk is elsewhere; what is written tells."""
        return True

    async def touch(self, connection: AsyncConnection) -> None:
        """Write the number of the last migration over itself."""
        await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    async def is_whole(self, _connection: AsyncConnection) -> bool:
        """Nothing here is found damaged: the server's own tools look into that."""
        return True


def _refusal(trouble: Trouble) -> OperationalError:
    return OperationalError("(nothing was asked)", None, UnreachableError(trouble))
