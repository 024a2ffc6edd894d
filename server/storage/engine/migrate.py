"""Bring a database up to date, if it is one that these migrations made."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import StaticPool

from server.common.resources import resource
from server.core.text import shown
from server.storage.engine.backend import Where
from server.storage.engine.shape import (
    VERSIONS,
    ForeignDatabaseError,
    Shape,
    first_difference,
    foreign,
    refuse_programs,
    relations,
    shape_of,
)

MIGRATIONS = resource("migrations")
MIGRATION_LOCK = 0x63726F77_6D696772
BUSY_S = 20.0
"""How long a migration waits for who writes to the file just now."""


def migrate(where: Where, revision: str = "head") -> None:
    """Create the file if need be and run the migrations that the database lacks: all or none. Blocks.

    Raises
    ------
    ForeignDatabaseError
        The migrations of this version did not make this database; nothing was changed.
    """
    with _connection(where) as connection:
        if connection.dialect.name == "postgresql":
            # Held to the end of the transaction, which is that of the migrations: who comes second finds them done.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        if verify(connection) == _revision(revision):
            return
        if connection.dialect.name == "sqlite":
            # Alembic's own transactions leave out the first tables: a process that is killed would leave half of them.
            connection.rollback()
            connection = connection.execution_options(immediate=True)
            verify(connection)  # of two that start at once, the second waits, and finds the work done
        _upgrade(connection, revision)
        connection.commit()


def check(where: Where) -> None:
    """Look whether these migrations made this database, up to any of them. Raises ForeignDatabaseError."""
    with _connection(where, reads=True) as connection:
        if verify(connection) is None:
            raise foreign("it is empty")


def verify(connection: Connection) -> str | None:
    """The last migration that a database has; None for an empty one. Raises ForeignDatabaseError."""
    newest = _revision("head")
    ours = set(_shape_at(newest))
    here = relations(connection, ours)
    if VERSIONS not in here:
        if here:
            raise foreign(f"it has the table {shown(min(here))}, and no {VERSIONS}")
        return None
    refuse_programs(connection, ours)
    found = [str(row[0]) for row in connection.execute(text(f"SELECT version_num FROM {VERSIONS} LIMIT 2"))]  # noqa: S608
    if len(found) != 1:
        raise foreign(f"{VERSIONS} has {'no row' if not found else 'more than one row'}")
    if found[0] not in _revisions():
        if found[0].isdigit() and len(found[0]) == len(newest) and found[0] > newest:
            reason = f"a newer version of crowdcount made it (migration {found[0]}, and this one knows {newest})"
            raise ForeignDatabaseError("DATABASE_NEWER", reason)
        raise foreign(f"its last migration {shown(found[0], 40)} is none of crowdcount")
    exact = connection.dialect.name == "sqlite"
    expected = _shape_at(found[0], exact=exact)
    names = here.keys() if exact else here.keys() & expected.keys()
    if difference := first_difference(shape_of(connection, names, exact=exact), expected):
        raise foreign(difference)
    return found[0]


@cache
def _shape_at(revision: str, *, exact: bool = True) -> Shape:
    """What the migrations make up to one of them, in a database that is thrown away."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            _upgrade(connection, revision)
            return shape_of(connection, relations(connection, ()), exact=exact)
    finally:
        engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(_config(connection), revision)


@cache
def _revisions() -> tuple[str, ...]:
    """Every migration, newest first."""
    return tuple(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def _revision(name: str) -> str:
    return _revisions()[0] if name == "head" else name


@contextmanager
def _connection(where: Where, *, reads: bool = False) -> Iterator[Connection]:
    engine = _engine(where, "ro" if reads else "rwc")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(where: Where, mode: str) -> Engine:
    if isinstance(where, Path):
        address = f"{where.absolute().as_uri()}?mode={mode}"
        engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_S))
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine
    from server.storage.engine.postgres_start import migration_engine

    return migration_engine(where)


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours to choose
    with closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA trusted_schema=OFF")


def _on_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
