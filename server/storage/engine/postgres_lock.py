"""Keeps a PostgreSQL database for one server, and knows by that whether it answers."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg

from server.common.background import BackgroundTask
from server.core.errors import CodedError
from server.storage.engine.postgres_connection import Lines, PostgresConnection
from server.storage.engine.trouble import Trouble

logger = logging.getLogger("crowdcount.storage")

SERVER_LOCK = 0x63726F77_64636E74
"""The advisory lock of whoever serves; it ends with the connection, whatever becomes of the process."""
WAIT_S = 15.0
"""How long the lock of one that was here before is waited for: a machine that was switched off is noticed by then."""
BEAT_S = 1.0
ANSWER_S = 2.0
"""Together with `BEAT_S`, how long a server that hangs goes unnoticed."""
AGAIN_S = 0.25
IN_USE = (
    "DATABASE_IN_USE: another crowdcount serves with this database, and it takes one alone; end the other one first."
)
TAKE = "SELECT pg_try_advisory_lock(%s)"
END_GHOSTS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE application_name = %s AND usename = current_user AND pid <> pg_backend_pid()"
)


class AdvisoryLock:
    """Holds the lock on a line of its own and asks for a sign of life every second.

    Parameters
    ----------
    lines : Lines
    name : str
        Of this process at the server.
    changed : callable
        Told why the database cannot be used any more, and None when it can again.
    """

    def __init__(self, lines: Lines, name: str, changed: Callable[[Trouble | None], Any]) -> None:
        self._lines = lines
        self._name = name
        self._changed = changed
        self._line: PostgresConnection | None = None
        self._task = BackgroundTask("database keeper", self._keep)

    async def open(self) -> None:
        """Take the lock and keep it from now on.

        Raises
        ------
        CodedError
            ``DATABASE_IN_USE``, ``DATABASE_AWAY``
        """
        try:
            async with asyncio.timeout(WAIT_S):
                while not await self._take():  # noqa: ASYNC110 - what is asked is a server, which has no event
                    await asyncio.sleep(AGAIN_S)
        except TimeoutError:
            await self._drop()
            raise CodedError("DATABASE_IN_USE", IN_USE) from None
        except psycopg.Error as error:
            raise CodedError("DATABASE_AWAY", first_line(error)) from error
        self._task.start()

    async def close(self) -> None:
        """Let go of it."""
        await self._task.stop()
        await self._drop()

    async def _keep(self) -> None:
        while True:
            trouble, reason = await self._watch()
            logger.error("the database is %s (%s); counting goes on, what is counted waits", trouble.value, reason)
            self._changed(trouble)
            self._lines.hang_up()
            await self._drop()
            await self._regain(trouble)
            logger.warning("the database is back")
            self._changed(None)

    async def _watch(self) -> tuple[Trouble, str]:
        """Ask until there is no answer; why."""
        if self._line is None:
            return Trouble.AWAY, "there is no connection"
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                await self._line.execute("SELECT 1")
        except psycopg.Error as error:
            return Trouble.AWAY, first_line(error)

    async def _regain(self, trouble: Trouble) -> None:
        while True:
            try:
                if await self._take():
                    return
                now = Trouble.TAKEN
            except psycopg.Error:
                now = Trouble.AWAY
            if now is not trouble:
                trouble = now
                logger.error("the database is %s", trouble.value)
                self._changed(trouble)
            await asyncio.sleep(AGAIN_S)

    async def _take(self) -> bool:
        """Connect if need be, and try to get the lock."""
        try:
            if self._line is None:
                self._line = await self._lines.connect(autocommit=True)
                self._line.answer_s = ANSWER_S
                # What a line that was cut from here left at the server would hold locks until it notices.
                await self._line.execute(END_GHOSTS, [self._name])
            row = await (await self._line.execute(TAKE, [SERVER_LOCK])).fetchone()
        except psycopg.Error:
            await self._drop()
            raise
        return row is not None and bool(row[0])

    async def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()


def first_line(error: Exception) -> str:
    """What is wrong, without the hints that libpq adds."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
