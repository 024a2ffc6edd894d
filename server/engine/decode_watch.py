"""A CPU-time limit for decoding one frame, separate from the timeout for detection."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_S = 0.1


class DecodeWatch:
    """Watchdog thread for the decoding thread. A busy library call cannot be interrupted, only the process ended.

    Parameters
    ----------
    limit_s : float
        CPU time, seconds; on a busy machine much more elapsed time.
    on_timeout : callable
        Called with the number of the frame that exceeds the limit; must end the process.
    """

    def __init__(self, limit_s: float, on_timeout: Callable[[int], None]) -> None:
        self._limit_s = limit_s
        self._over = on_timeout
        self._clock = _clock_of_this_thread()
        self._current: tuple[int, float] | None = None
        threading.Thread(target=self._watch, name="decode watch", daemon=True).start()

    @contextmanager
    def watch(self, number: int) -> Iterator[None]:
        """Watch this thread, which created the watchdog, while the block decodes a frame."""
        self._current = number, self._clock()
        try:
            yield
        finally:
            self._current = None

    def _watch(self) -> None:
        while True:
            time.sleep(POLL_S)
            current = self._current
            if current is not None and self._clock() - current[1] > self._limit_s and self._current == current:
                self._over(current[0])
                return


def _clock_of_this_thread() -> Callable[[], float]:
    """Return a clock of the calling thread's CPU time that other threads can read; elapsed time if unsupported."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)


def exit_now() -> None:
    """Exit immediately, regardless of other threads."""
    os._exit(DECODE_TIMEOUT_STATUS)


DECODE_TIMEOUT_STATUS = 4
"""Exit status of a worker that gave up on decoding a frame."""
