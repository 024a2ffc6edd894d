"""Capture of standard error, for C libraries that report damaged data in no other way."""

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_STDERR = 2
_lock = Lock()
_file = tempfile.TemporaryFile()  # noqa: SIM115 - open for the lifetime of the process
atexit.register(_file.close)


@contextmanager
def caught_stderr() -> Iterator[list[bytes]]:
    """Yield a list that receives the output to file descriptor 2 when the block ends.

    The descriptor belongs to the whole process. Only one block runs at a time, and output of other threads is
    captured, too: forward lines that are not yours.
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
