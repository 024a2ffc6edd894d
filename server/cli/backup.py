"""``crowdcount backup | restore | check``: the database as a file, also while the server runs."""

import argparse
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from server.core.errors import CodedError

if TYPE_CHECKING:
    from server.config import Settings


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three commands."""
    text = "copy the database to a file; the server may run meanwhile"
    backup = commands.add_parser("backup", help=text, description=text.capitalize() + ".")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.set_defaults(run=_backup)
    text = "put a backup in the place of the database, which is kept beside it; the server may run meanwhile"
    restore = commands.add_parser("restore", help=text, description=text.capitalize() + ".")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.set_defaults(run=_restore)
    text = "look whether the database is whole"
    commands.add_parser("check", help=text, description=text.capitalize() + ".").set_defaults(run=_check)


ELSEWHERE = 2
"""Exit status where a database or a backup is none that these commands know."""
REFUSED = ("NO_BACKUP", "DATABASE_FOREIGN", "DATABASE_NEWER")


def _settings() -> "Settings | None":
    """The settings, if the database is a file; else it is said what to do instead."""
    from server.config import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise CodedError("CANNOT_OPEN", str(error)) from error
    if isinstance(settings.database, Path):
        return settings
    print(
        f"crowdcount: CROWDCOUNT_DATABASE_URL is set, and the {settings.database} has tools of its own: "
        "pg_dump writes a backup, pg_restore puts one back, also while the server runs.",
        file=sys.stderr,
    )
    return None


def _backup(arguments: argparse.Namespace) -> int:
    from server.common.atomic import refuse_equal
    from server.process.backup import back_up

    settings = _settings()
    if settings is None:
        return ELSEWHERE

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total} pages", end="" if done < total else "\n", file=sys.stderr)

    refuse_equal([arguments.file], settings.own_files)
    back_up(settings.database_path, arguments.file, tell)
    hint = f"whole. Keep {settings.data_dir / 'secret.key'} as well."
    if arguments.file.is_file():
        print(f"{arguments.file}: {arguments.file.stat().st_size:,} bytes, {hint}")
    else:
        print(f"{arguments.file}: {hint}", file=sys.stderr)  # standard output may be what it went to
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from server.process.backup import restore
    from server.storage.engine.folder import make_private

    settings = _settings()
    if settings is None:
        return ELSEWHERE
    make_private(settings.data_dir)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    kept = _free(settings.data_dir / f"before-restore-{stamp}.sqlite3")
    try:
        restore(arguments.file, settings.database_path, kept)
    except CodedError as error:
        if error.code not in REFUSED:
            raise
        print(f"crowdcount: {error}", file=sys.stderr)
        return ELSEWHERE
    print(f"{settings.database_path} is that of {arguments.file} now.", end=" ")
    print(f"What was there is in {kept}." if kept.exists() else "There was none before.")
    print("Sessions that the backup does not know have ended; streams that run are kept under the cameras they have.")
    return 0


def _free(path: Path) -> Path:
    """Return a path that nothing has: a restore in the same second keeps what the one before it kept."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found


def _check(_arguments: argparse.Namespace) -> int:
    from server.process.backup import check_database, check_shape, wal_warning
    from server.storage.engine.shape import ForeignDatabaseError

    settings = _settings()
    if settings is None:
        return ELSEWHERE
    path = settings.database_path
    if not path.is_file():
        raise CodedError("NO_DATABASE", f"There is no database at {path}.")
    try:
        found = check_shape(path) or check_database(path)
    except ForeignDatabaseError as error:
        print(f"crowdcount: {error}", file=sys.stderr)
        return ELSEWHERE
    for line in found:
        print(line)
    warning = wal_warning(sqlite3.sqlite_version_info)
    if warning:
        print(f"warning: {warning}")
    print(f"{path}: {'damaged' if found else 'whole'}, {path.stat().st_size:,} bytes, SQLite {sqlite3.sqlite_version}")
    return 1 if found else 0
