"""Scheduling of closer looks: inline for files, or in a background thread within a time budget for live streams."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from time import monotonic, perf_counter
from typing import Protocol, TypeVar

T = TypeVar("T")

CALM_SHARE, CROWDED_SHARE, FIRST_SHARE = 0.03, 0.1, 0.05
"""Fractions of a process's time for closer looks, over all streams: for calm scenes, for crowded ones, and for looks
that users wait for."""
BURST_S, FIRST_BURST_S = 0.25, 10.0
"""Maximum budget that can be saved up, seconds of work. So a look can run when it is due, and the first streams of a
process get a survey at once. It includes the compilation for new frame formats."""


class Budget(Enum):
    """The time budget that a look is charged to: calm scenes, crowded scenes, or looks that users wait for.

    Users wait for the first look at a scene, and for a look without which an estimate would expire.
    """

    CALM = "calm"
    CROWD = "crowd"
    FIRST = "first"


_BUDGETS = {
    Budget.CALM: (CALM_SHARE, BURST_S),
    Budget.CROWD: (CROWDED_SHARE, BURST_S),
    Budget.FIRST: (FIRST_SHARE, FIRST_BURST_S),
}


class Looks(Protocol):
    """Runs closer looks for streams."""

    @property
    def frames_each(self) -> int:
        """Minimum number of frames between looks at a calm stream, per look that costs as much as one frame."""
        ...

    def has_budget(self, budget: Budget) -> bool:
        """Return whether the budget allows a look now."""
        ...

    def run(self, work: Callable[[], T], budget: Budget) -> "Future[T]":
        """Start a look, or run it synchronously; errors are stored in the future."""
        ...


class InlineLooks:
    """Runs each look synchronously, so that results for a file are deterministic."""

    frames_each = 150
    """Looks at tiles and at the whole frame then take little more than 1 % of the time."""

    def has_budget(self, budget: Budget) -> bool:  # noqa: ARG002 - a file waits for each look
        """Return True: files have no time limit."""
        return True

    def run(self, work: Callable[[], T], budget: Budget) -> "Future[T]":  # noqa: ARG002
        """Run the look now."""
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised by `result()`, as with a thread
            future.set_exception(error)
        return future


class BackgroundLooks:
    """Runs one look at a time in a background thread, within the time budgets, for live streams."""

    frames_each = 0

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="closer looks")
        self._lock = threading.Lock()
        # Seconds of work minus the earned budget; negative is saved up. Looks at calm scenes are charged to the crowd
        # budget, too, which limits their sum. Their own budget keeps a crowd at one camera from starving the others.
        self._spent = {budget: -burst for budget, (_share, burst) in _BUDGETS.items()}
        self._t = monotonic()
        self._busy = False

    def has_budget(self, budget: Budget) -> bool:
        """Return whether no look is running and the budget is not used up."""
        with self._lock:
            now = monotonic()
            passed, self._t = now - self._t, now
            for kind, (share, burst) in _BUDGETS.items():
                self._spent[kind] = max(-burst, self._spent[kind] - share * passed)
            return not self._busy and self._spent[budget] <= 0.0

    def run(self, work: Callable[[], T], budget: Budget) -> "Future[T]":
        """Start the look in the background thread."""
        with self._lock:
            self._busy = True
        return self._pool.submit(self._measured, work, budget)

    def _measured(self, work: Callable[[], T], budget: Budget) -> T:
        begun = perf_counter()
        try:
            return work()
        finally:
            took = perf_counter() - begun
            with self._lock:
                self._busy = False
                self._charge(budget, took)

    def _charge(self, budget: Budget, took: float) -> None:
        self._spent[budget] += took
        if budget is Budget.CALM:
            self._spent[Budget.CROWD] += took
