"""The folder of the data: what is in it is for the user of the server alone."""

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger("crowdcount.storage")

OURS = 0o700
LIST_AND_WRITE = stat.S_IROTH | stat.S_IWOTH
OTHERS = stat.S_IRWXO
FILES = ("crowdcount.sqlite3*", "before-restore-*.sqlite3*", "reserve", "secret.key", "push.key", "server.lock")
"""What is made here, and was readable if an older version or another program made it."""


def make_private(folder: Path) -> None:
    """Make the folder for this user alone; in one that is there, take from others what they may list, read and write.

    A way through it stays, for a folder of models inside that others use, and so does what a group may. A folder of
    another user, or one for everybody such as ``/tmp``, is left as it is, and it is said.

    Raises
    ------
    OSError
        It cannot be made.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=OURS, exist_ok=True)
        return
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_mode & LIST_AND_WRITE:
        if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
            with suppress(OSError):
                folder.chmod(stat.S_IMODE(found.st_mode) & ~LIST_AND_WRITE)
        if folder.stat().st_mode & LIST_AND_WRITE:
            logger.warning("others can list or write the data folder %s: chmod 700, by its owner", folder)
    for pattern in FILES:
        for path in folder.glob(pattern):
            _take_from_others(path)


def _take_from_others(path: Path) -> None:
    with suppress(OSError):  # another user's, or gone by now
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_mode & OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
