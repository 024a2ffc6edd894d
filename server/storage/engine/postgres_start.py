"""The start with a PostgreSQL database: wait until it is there and free, then bring it up to date. Blocks."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine

from server.core.errors import CodedError
from server.storage.engine.postgres_connection import line_info
from server.storage.engine.postgres_lock import IN_USE, SERVER_LOCK, TAKE, WAIT_S, first_line
from server.storage.engine.postgres_url import PostgresUrl

logger = logging.getLogger("crowdcount.storage")

NAME = "crowdcount start"
AGAIN_S = 1.0
MIGRATION = {"statement_timeout": "0", "lock_timeout": "60s"}
HOPELESS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied")
"""In what a server says that is there, and will not say anything else a minute later."""


def migration_engine(url: PostgresUrl) -> Engine:
    """An engine whose statements may take their time. Raises CodedError ``BAD_DATABASE_URL``."""
    info = line_info(url, NAME, **MIGRATION)
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(info))


@contextmanager
def reserved(url: PostgresUrl, patience_s: float) -> Iterator[None]:
    """For the block, no other server has this database.

    Parameters
    ----------
    patience_s : float
        How long one that does not answer is waited for.

    Raises
    ------
    CodedError
        ``BAD_DATABASE_URL``, ``DATABASE_AWAY``, ``DATABASE_IN_USE``
    """
    with closing(_connect(url, patience_s)) as connection:
        until = time.monotonic() + WAIT_S
        while not _is_free(connection):
            if time.monotonic() > until:
                raise CodedError("DATABASE_IN_USE", IN_USE)
            time.sleep(AGAIN_S / 5)
        yield


def wait_for(url: PostgresUrl, patience_s: float = 0.0) -> None:
    """Return when the database answers. Raises CodedError as above."""
    _connect(url, patience_s).close()


def _connect(url: PostgresUrl, patience_s: float) -> psycopg.Connection[Any]:
    info = line_info(url, NAME)
    until, said = time.monotonic() + patience_s, ""
    while True:
        try:
            return psycopg.connect(info, autocommit=True)
        except psycopg.OperationalError as error:
            reason = first_line(error)
            if any(words in str(error) for words in HOPELESS) or time.monotonic() >= until:
                raise CodedError("DATABASE_AWAY", f"DATABASE_AWAY: the {url} does not answer: {reason}") from None
            if reason != said:
                said = reason
                logger.warning("the %s does not answer (%s); it is tried for %.0f s", url, reason, patience_s)
        time.sleep(AGAIN_S)


def _is_free(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(TAKE, [SERVER_LOCK]).fetchone()
    return row is not None and bool(row[0])
