"""Copies of the database while it is in use, and whether it is whole. Everything here blocks."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from server.common.atomic import replacing
from server.core.errors import CodedError
from server.storage.accounts.sessions import EndReason
from server.storage.engine.migrate import check, migrate
from server.storage.engine.shape import ForeignDatabaseError

PAGES = 256
"""Copied at a time, so that writers get their turn."""
PAUSE_S = 0.005
BUSY_S = 20.0
KNOWN_TABLE = "alembic_version"
FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First versions without the WAL-reset fault: of the newest line, and of those it was mended in afterwards."""

Progress = Callable[[int, int], None]
"""Pages done, pages in all."""


def has_wal_reset_fault(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may, very rarely, damage a database in WAL mode that several connections write to.

    Two connections that checkpoint and commit at the same moment; https://sqlite.org/wal.html, "The WAL-Reset Bug".
    """
    return (3, 7, 0) <= version < FIXED[0] and not any(version[:2] == one[:2] and version >= one for one in FIXED[1:])


def wal_warning(version: tuple[int, int, int]) -> str | None:
    """What an operator is to know about this version of SQLite, if anything."""
    if not has_wal_reset_fault(version):
        return None
    name = ".".join(map(str, version))
    return (
        f"SQLite {name} has a rare fault that can damage a database when two connections write at the same moment; "
        "3.51.3, 3.50.7 and 3.44.6 are without it. Take a newer one where you can, and keep backups."
    )


def check_database(path: Path) -> list[str]:
    """What is wrong with a database, one finding a line; empty when it is whole."""
    try:
        with closing(_open(path, "ro")) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    except sqlite3.Error as error:
        return [f"{path} cannot be read: {error}"]
    return found + [f"{table}: row {row} belongs to a {parent} that is not there" for table, row, parent, _ in orphans]


def check_shape(path: Path) -> list[str]:
    """What cannot be read of a database's tables, as above. Raises ForeignDatabaseError where they are not ours."""
    try:
        check(path)
    except ForeignDatabaseError as error:
        raise ForeignDatabaseError(error.code, f"{path} is no database of this version: {error.message}.") from error
    except DatabaseError as error:
        return [f"{path} cannot be read: {error.orig}"]
    return []


def back_up(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Write a copy of a database that may be in use; it is there whole or not at all.

    Raises
    ------
    CodedError
        ``NO_DATABASE``, ``BACKUP_DAMAGED``
    OSError
        The copy cannot be written.
    """
    if not source.is_file():
        raise CodedError("NO_DATABASE", f"There is no database at {source}.")
    with replacing(target) as draft:
        draft.chmod(0o600)  # it holds the hashes of passwords
        _copy(source, draft, progress)
        with closing(_open(draft, "rw")) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        found = check_database(draft)
        if found:
            raise CodedError("BACKUP_DAMAGED", f"The copy is not whole: {found[0]}")


def restore(backup: Path, target: Path, kept: Path) -> None:
    """Put a backup in the place of a database, also while that is served unless it is damaged; what was there is kept.

    Everybody signs in again: among the sessions of the backup may be some that were ended since, for a reason.

    Parameters
    ----------
    backup : Path
        Written by `back_up`, of this version or an older one.
    target : Path
        The database.
    kept : Path
        Where a copy of the database goes first, if there is one; of a damaged one the file as it is.

    Raises
    ------
    CodedError
        ``NO_BACKUP`` if the file is none, or not whole.
    ForeignDatabaseError
        It is of a newer version, or the migrations of this version did not make it as it is.
    """
    if not backup.is_file() or not _is_ours(backup):
        raise CodedError("NO_BACKUP", f"{backup} is no backup of crowdcount.")
    found = check_shape(backup) or check_database(backup)
    if found:
        raise CodedError("NO_BACKUP", f"{backup} is not whole: {found[0]}")
    draft = target.with_name(f".{target.name}-restore")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        _copy(backup, draft, None)
        migrate(draft)
        _end_sessions(draft)
        if target.exists() and check_database(target):
            _keep_as_it_is(target, kept)
            _put_in_place(draft, target)
            return
        if target.exists():
            back_up(target, kept)
        else:
            target.touch(mode=0o600)
        _copy(draft, target, None, pages=-1)  # in one transaction: who reads sees the old or the new, nothing between
    finally:
        draft.unlink(missing_ok=True)
        _drop_log(draft)


def _end_sessions(path: Path) -> None:
    with closing(_open(path, "rw")) as connection, connection:
        ended = "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE ended_at IS NULL"
        connection.execute(ended, (time.time(), EndReason.RESTORED))


def _keep_as_it_is(target: Path, kept: Path) -> None:
    """Copy a damaged database with its log: what can be read of it may be in either."""
    for end in ("", "-wal"):
        part = target.with_name(target.name + end)
        if part.exists():
            shutil.copy2(part, kept.with_name(kept.name + end))


def _put_in_place(draft: Path, target: Path) -> None:
    """Replace a damaged database, which cannot be written to; the log belongs to what was there."""
    with closing(_open(draft, "rw")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    draft.chmod(0o600)
    _drop_log(target)
    draft.replace(target)


def _drop_log(path: Path) -> None:
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_S)


def _copy(source: Path, target: Path, progress: Progress | None, pages: int = PAGES) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    try:
        with closing(_open(source, "ro")) as old, closing(sqlite3.connect(target, timeout=BUSY_S)) as new:
            # Holds on to what is there now. Without that the copy would begin anew with every write of another.
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_master").fetchone()
            old.backup(new, pages=pages, progress=tell, sleep=PAUSE_S)
    except sqlite3.Error as error:
        raise OSError(f"{target} cannot be written: {error}") from error


def _is_ours(path: Path) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    try:
        with closing(_open(path, "ro")) as connection:
            return bool(connection.execute(query, (KNOWN_TABLE,)).fetchone()[0])
    except sqlite3.Error:
        return False
