"""A little room that is kept on the disk, so that a server starts although everything else is full."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

FILE = "reserve"
BYTES = 262_144
"""SQLite needs 32 kB beside a database only to read it, and as much again for the first that is written."""


def keep_reserve(folder: Path) -> None:
    """Take the room, unless it is taken or there is none."""
    path = folder / FILE
    with suppress(OSError):
        if not path.exists() or path.stat().st_size < BYTES:
            # Not zeros, for which a file system may take no room.
            path.touch(mode=0o600)
            path.write_bytes(os.urandom(BYTES))


def spend_reserve(folder: Path) -> bool:
    """Give the room back if nothing else is left; whether it did."""
    path = folder / FILE
    if not path.exists() or shutil.disk_usage(folder).free > BYTES:
        return False
    path.unlink()
    return True
