"""Ctrl-C that does not get lost."""

import signal
from types import FrameType, TracebackType


class Interrupt:
    """Raises KeyboardInterrupt as usual, and again when asked: Python drops one that is raised within a finalizer or a
    callback, where it can only say "exception ignored". For the main thread.

    A process that was started with SIGINT ignored (`nohup`, a background job of a script) leaves it ignored."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> "Interrupt":
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for at any time."""
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        raise KeyboardInterrupt
