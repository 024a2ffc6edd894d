"""Catches what a C library prints to standard error, where it has no other way to say that data is damaged."""

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_STDERR = 2
_lock = Lock()
_file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
atexit.register(_file.close)


@contextmanager
def caught_stderr() -> Iterator[list[bytes]]:
    """Give a list that holds what was written to file descriptor 2 once the block has ended.

    The descriptor belongs to the whole process, so only one block runs at a time, and what other threads write in
    the meantime is caught too: pass on what is not yours.
    """
    caught: list[bytes] = []
    with _lock:
        _file.seek(0)
        _file.truncate()
        saved = os.dup(_STDERR)
        os.dup2(_file.fileno(), _STDERR)
        try:
            yield caught
        finally:
            os.dup2(saved, _STDERR)
            os.close(saved)
            size = os.fstat(_file.fileno()).st_size
            if size:
                _file.seek(0)
                caught.extend(_file.read(size).splitlines(keepends=True))
