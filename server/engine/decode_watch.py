"""A limit on the processor time for decoding one frame, apart from that for finding people."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_S = 0.1


class DecodeWatch:
    """Watches the thread that decodes, from another one: a library that is busy cannot be interrupted, only left.

    Parameters
    ----------
    limit_s : float
        Processor time; on a busy machine that is much later than by the clock.
    over : callable
        Told the number of the frame that takes longer; it ends the process.
    """

    def __init__(self, limit_s: float, over: Callable[[int], None]) -> None:
        self._limit_s = limit_s
        self._over = over
        self._clock = _clock_of_this_thread()
        self._current: tuple[int, float] | None = None
        threading.Thread(target=self._watch, name="decode watch", daemon=True).start()

    @contextmanager
    def watching(self, number: int) -> Iterator[None]:
        """Watch this thread, in which the watch was made, while the block decodes a frame."""
        self._current = number, self._clock()
        try:
            yield
        finally:
            self._current = None

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_S)
            current = self._current
            if current is not None and self._clock() - current[1] > self._limit_s and self._current == current:
                self._over(current[0])
                return


def _clock_of_this_thread() -> Callable[[], float]:
    """Processor time of the thread that asks for this, readable from others; the clock where the system has none."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)


def leave() -> None:
    """End the process at once, whatever its threads do."""
    os._exit(LATE)


LATE = 4
"""Exit status of a process that ended itself because a frame took too long to decode."""
