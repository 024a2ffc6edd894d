"""Files of recordings in a folder of their own; the database says which are kept, and how much of each is there."""

import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from server.core.errors import CodedError

FOLDER = "recordings"
MODE = 0o600


class ShelfError(CodedError):
    """A file cannot be kept: ``DISK_FULL``, or ``FILE_GONE`` for one that is not there any more."""


class Shelf:
    """The folder; everything in it is for the user of the server alone.

    Parameters
    ----------
    folder : Path
    spare_bytes : int
        So much of the disk stays free for everything else.
    """

    def __init__(self, folder: Path, spare_bytes: int) -> None:
        self._folder = folder
        self._spare = spare_bytes

    def path(self, upload_id: str) -> Path:
        """Where the file of an upload lies."""
        return self._folder / upload_id

    def open(self, upload_id: str, received: int) -> BinaryIO:
        """Open a file to append behind its first `received` bytes; more than these was not acknowledged, and goes.

        Raises
        ------
        ShelfError
            ``FILE_GONE`` where fewer bytes are there.
        OSError
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if received == 0 else 0)
        try:
            descriptor = os.open(self.path(upload_id), flags, MODE)
        except FileNotFoundError as error:
            raise _gone() from error
        file = os.fdopen(descriptor, "r+b", buffering=0)
        if os.fstat(descriptor).st_size < received:
            file.close()
            raise _gone()
        file.truncate(received)
        file.seek(received)
        return file

    def head(self, upload_id: str, length: int) -> bytes:
        """The first bytes of a file. Raises ShelfError ``FILE_GONE``."""
        try:
            with self.path(upload_id).open("rb") as file:
                return file.read(length)
        except FileNotFoundError as error:
            raise _gone() from error

    def check_room(self, size: int) -> None:
        """Raises ShelfError ``DISK_FULL`` where so many more bytes do not fit."""
        folder = self._folder if self._folder.is_dir() else self._folder.parent
        if shutil.disk_usage(folder).free - size < self._spare:
            raise disk_full()

    def remove(self, upload_id: str) -> None:
        """Delete a file, if it is there."""
        with suppress(FileNotFoundError):
            self.path(upload_id).unlink()

    def names(self) -> list[str]:
        """Every file that is there, by the id of its upload."""
        return [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []

    def keep(self, names: Collection[str], wanted: Callable[[str], bool]) -> int:
        """Delete those of the files that are not wanted. Returns how many these were."""
        left = [name for name in names if not wanted(name)]
        for name in left:
            self.remove(name)
        return len(left)


def disk_full() -> ShelfError:
    """What is said where a file has no room."""
    return ShelfError("DISK_FULL", "The server has no room for this file. Try again later, or ask your administrator.")


def _gone() -> ShelfError:
    return ShelfError("FILE_GONE", "The file is not on the server any more. Upload it again.")
