"""The bytes of a file as it was when it was opened."""

import os
from pathlib import Path
from types import TracebackType


class SnapshotFile:
    """A file that ends where it ended when it was opened: a camera may still write to it.

    The decoder reads through this object and never gets a name, so that a name is no URL, no pattern and no option.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    length : int
        Bytes.

    Raises
    ------
    OSError
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.length = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> "SnapshotFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end."""
        return self._file.read(max(0, min(size, self.length - self._file.tell())))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position and return it."""
        if whence == os.SEEK_END:
            return self._file.seek(self.length + offset)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def begin(self, size: int) -> bytes:
        """Return the first bytes, and go back to the start."""
        self._file.seek(0)
        data = self.read(size)
        self._file.seek(0)
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()
