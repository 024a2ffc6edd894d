"""When closer looks are taken: at once, for files, or beside the frames and within a share of the time, live."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from time import monotonic, perf_counter
from typing import Protocol, TypeVar

T = TypeVar("T")

CALM_SHARE, CROWDED_SHARE, FIRST_SHARE = 0.03, 0.1, 0.05
"""Shares of a process's time that closer looks may take, for all streams together: where nothing is crowded, where
something is, and for those that people wait for."""
BURST_S, FIRST_BURST_S = 0.25, 10.0
"""Seconds of work that may be saved up: so that a look is taken when it is due, not when it is paid, and so that the
first streams of a process are looked at in every part at once. Networks are compiled for new frame formats in it."""


class Purse(Enum):
    """What pays for a look: the share of calm scenes, that of crowded ones, or that of looks that people wait for.

    They wait for the first look at a scene, and for one without which an estimate would get old.
    """

    CALM = "calm"
    CROWD = "crowd"
    FIRST = "first"


_PURSES = {
    Purse.CALM: (CALM_SHARE, BURST_S),
    Purse.CROWD: (CROWDED_SHARE, BURST_S),
    Purse.FIRST: (FIRST_SHARE, FIRST_BURST_S),
}


class Looks(Protocol):
    """Takes closer looks for streams."""

    @property
    def frames_each(self) -> int:
        """Frames that a calm stream must have for each look that costs as much as one of them."""
        ...

    def may(self, purse: Purse) -> bool:
        """Whether there is time for a look now."""
        ...

    def take(self, work: Callable[[], T], purse: Purse) -> "Future[T]":
        """Begin a look, or take it at once; what goes wrong is in the future."""
        ...


class LooksAtOnce:
    """For files: a look is over before the next frame comes, so that a file gives the same figures every time."""

    frames_each = 150
    """Looks at tiles and at the whole frame then take little more than a hundredth of the time."""

    def may(self, purse: Purse) -> bool:  # noqa: ARG002 - a file waits for each of them
        """Always."""
        return True

    def take(self, work: Callable[[], T], purse: Purse) -> "Future[T]":  # noqa: ARG002
        """Take the look now."""
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where the result is read, as a thread's would be
            future.set_exception(error)
        return future


class LooksBeside:
    """For live streams: one look at a time, in a thread beside the frames, within the shares above."""

    frames_each = 0

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="closer looks")
        self._lock = threading.Lock()
        # Seconds of work less what was earned since; below 0 is saved up. Looks at crowds and at calm scenes together
        # stay within the share of crowds; those at calm scenes have a share of their own, so that a crowd before one
        # camera takes nothing from the others'.
        self._spent = {purse: -burst for purse, (_share, burst) in _PURSES.items()}
        self._t = monotonic()
        self._busy = False

    def may(self, purse: Purse) -> bool:
        """Whether no look is under way and the share is not used up."""
        with self._lock:
            now = monotonic()
            passed, self._t = now - self._t, now
            for kind, (share, burst) in _PURSES.items():
                self._spent[kind] = max(-burst, self._spent[kind] - share * passed)
            return not self._busy and self._spent[purse] <= 0.0

    def take(self, work: Callable[[], T], purse: Purse) -> "Future[T]":
        """Begin the look."""
        with self._lock:
            self._busy = True
        return self._pool.submit(self._measured, work, purse)

    def _measured(self, work: Callable[[], T], purse: Purse) -> T:
        begun = perf_counter()
        try:
            return work()
        finally:
            took = perf_counter() - begun
            with self._lock:
                self._busy = False
                self._charge(purse, took)

    def _charge(self, purse: Purse, took: float) -> None:
        self._spent[purse] += took
        if purse is Purse.CALM:
            self._spent[Purse.CROWD] += took
