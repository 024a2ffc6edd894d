"""Keeps a data directory for one server."""

import fcntl
import logging
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from server.config import LOCK_FILE, Settings
from server.process.listening import StartError
from server.storage.engine.folder import make_private

logger = logging.getLogger("crowdcount")

WAIT_S = 8.0
"""How long a server that ends is waited for: a web process whose parent was killed saves for up to 4 s."""
AGAIN_S = 0.1


def make_data_dir(data_dir: Path) -> None:
    """Make the folder if need be. Raises StartError when nothing can be written to it."""
    try:
        make_private(data_dir)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        reason = f"the data directory {data_dir} cannot be written: {error.strerror}"
        raise StartError(f"DATA_DIR_UNWRITABLE: {reason}") from error


def lock_data_dir(settings: Settings, wait_s: float = WAIT_S) -> int | None:
    """Keep the data directory for this server, as long as a process has the descriptor open.

    The kernel releases the lock when the last of them ends, however that happens. A PostgreSQL database has a lock of
    its own, so that a data directory without a database is not locked.

    Returns
    -------
    int or None
        The descriptor, which children do not inherit unless it is passed on; None where there is nothing to lock.

    Raises
    ------
    StartError
        ``DATA_DIR_UNWRITABLE``, or ``DATABASE_IN_USE`` when another server has it after `wait_s` seconds.
    """
    make_data_dir(settings.data_dir)
    if not isinstance(settings.database, Path):
        return None
    try:
        descriptor = os.open(settings.data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = f"{settings.data_dir / LOCK_FILE} cannot be opened: {error.strerror}"
        raise StartError(f"DATA_DIR_UNWRITABLE: {reason}") from error
    until = time.monotonic() + wait_s
    while not _take(descriptor):
        if time.monotonic() >= until:
            raise StartError(_refusal(descriptor, settings.data_dir))
        time.sleep(AGAIN_S)
    with suppress(OSError):  # a full disk; the number is for the message alone
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _take(descriptor: int) -> bool:
    """Try to lock; a file system without locks counts as locked, and the log says so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        logger.warning("the data directory cannot be locked (%s); do not start a second server on it", error.strerror)
    return True


def _refusal(descriptor: int, data_dir: Path) -> str:
    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    os.close(descriptor)
    process = f" (process {holder})" if holder.isdigit() else ""
    return (
        f"DATABASE_IN_USE: another crowdcount server{process} uses {data_dir}; "
        "stop it, or choose another directory with CROWDCOUNT_DATA_DIR."
    )
