"""Lines to a PostgreSQL server that nobody waits on for ever: one that brings no answer in time is cut at this end."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from server.core.errors import CodedError
from server.storage.engine.postgres_url import EXAMPLE, PostgresUrl

CONNECT_S = 3
ANSWER_S = 60.0
"""Old history of weeks takes long to delete; a server that is gone is noticed sooner, by its keeper."""
LOCK_S = 10.0
GRACE_S = 0.25
"""The answer may be there already, and this process was late."""
SERVER_SETTINGS = {
    "statement_timeout": f"{ANSWER_S:.0f}s",
    "lock_timeout": f"{LOCK_S:.0f}s",
    "idle_in_transaction_session_timeout": "60s",
    # The server's own look at whether we are there: locks of a machine that was switched off end that soon.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


def line_info(url: PostgresUrl, name: str, **server_settings: str) -> str:
    """What libpq is told.

    Parameters
    ----------
    name : str
        Under which the server knows who is connected.
    **server_settings
        Instead of those for everyday work.

    Raises
    ------
    CodedError
        ``BAD_DATABASE_URL``; the message does not hold the address.
    """
    try:
        given = conninfo_to_dict(url.secret.get_secret_value())
    except psycopg.Error:
        reason = f"CROWDCOUNT_DATABASE_URL is not understood; it is such as {EXAMPLE}, its parts percent-encoded."
        raise CodedError("BAD_DATABASE_URL", f"BAD_DATABASE_URL: {reason}") from None
    settings = " ".join(f"-c {key}={value}" for key, value in (SERVER_SETTINGS | server_settings).items())
    defaults = {"connect_timeout": str(CONNECT_S), "keepalives_idle": "5", "keepalives_interval": "2"}
    defaults |= {"keepalives_count": "3", "tcp_user_timeout": "8000"}
    fixed = {
        "application_name": name,
        "client_encoding": "UTF8",
        "options": f"{given.get('options') or ''} {settings}".strip(),
    }
    return make_conninfo("", **(defaults | given | fixed))


class PostgresConnection(psycopg.AsyncConnection[Any]):
    """A connection whose every answer is bounded.

    Attributes
    ----------
    answer_s : float
    """

    answer_s = ANSWER_S
    _timer: asyncio.TimerHandle
    _late = False

    async def wait(self, *args: Any, **more: Any) -> Any:
        """Wait for an answer, as the base class does; a line without one is cut."""
        self._timer = asyncio.get_running_loop().call_later(self.answer_s, self._grant_grace)
        try:
            return await super().wait(*args, **more)
        except psycopg.OperationalError:
            if self._late:
                raise psycopg.OperationalError(f"no answer within {self.answer_s:.0f} s") from None
            raise
        finally:
            self._timer.cancel()

    async def cancel_safe(self, **_more: Any) -> None:
        """Who is cancelled waits no longer: to ask the server to stop takes a further line, which may hang as well."""
        self.hang_up()

    def _grant_grace(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(GRACE_S, self._give_up)

    def _give_up(self) -> None:
        self._late = True
        self.hang_up()

    def hang_up(self) -> None:
        """End the line at this end: whoever waits on it is told at once. Closing it is up to whoever owns it."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)


class Lines:
    """The lines of one process to one database.

    Parameters
    ----------
    url : PostgresUrl
    name : str
    """

    def __init__(self, url: PostgresUrl, name: str) -> None:
        self._info = line_info(url, name)
        self._open: WeakSet[PostgresConnection] = WeakSet()

    async def connect(self, **more: Any) -> PostgresConnection:
        """A new line. Raises psycopg.OperationalError, soon."""
        try:
            async with asyncio.timeout(2 * CONNECT_S):  # looking up the name is not in libpq's own limit
                line = await PostgresConnection.connect(self._info, **more)
        except TimeoutError as error:
            raise psycopg.OperationalError("the database did not answer in time") from error
        self._open.add(line)
        return line

    def hang_up(self) -> None:
        """Cut all of them."""
        for line in list(self._open):
            line.hang_up()
