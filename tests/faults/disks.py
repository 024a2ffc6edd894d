"""Disks that are full or read-only: small file systems in memory, which only root may mount."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from server.storage.engine import sqlite

BLOCK = 4096


class Disk:
    """A file system of its own.

    Parameters
    ----------
    path : Path
        Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave not one block."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(BLOCK))

    def free(self) -> None:
        """Leave room again."""
        self._ballast.unlink()

    def read_only(self, *, on: bool) -> None:
        """Refuse writes, or take them again."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if on else 'rw'}", str(self.path)], check=True)


class ReadOnly:
    """SQLite refuses writes as it does on a disk that the kernel made read-only because of errors.

    A disk with open files cannot be made so by hand.

    Parameters
    ----------
    patch : MonkeyPatch
        Undoes it at the end of the test.

    Attributes
    ----------
    on : bool
        Whether writes are refused now.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.on = False
        begin = sqlite._on_begin

        def begin_so(connection: Connection) -> None:
            connection.exec_driver_sql(f"PRAGMA query_only = {int(self.on)}")
            begin(connection)

        patch.setattr(sqlite, "_on_begin", begin_so)


@contextlib.contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Disk]:
    """Mount one for the block; skips the test where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
