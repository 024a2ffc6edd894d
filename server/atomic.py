"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a neighbour of `path` to write to, and move it into place when the block ends well.

    Raises
    ------
    OSError
        Before the block is entered, if the folder cannot be written to or `path` is a folder.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    draft = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        draft.touch()
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
