"""Ctrl-C, and being told to end, that do not get lost."""

import signal
from types import FrameType, TracebackType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """A signal asked the process to end.

    Parameters
    ----------
    number : int
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupt:
    """Raises KeyboardInterrupt at SIGINT, SIGTERM and SIGHUP, so that drafts are cleared away, and again when asked:
    Python drops one that is raised within a finalizer or a callback, where it can only say "exception ignored". For the
    main thread.

    A process that was started with one of them ignored (`nohup`, a background job of a script) leaves it ignored."""

    def __init__(self) -> None:
        self._asked: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interrupt":
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for at any time."""
        if self._asked is not None:
            raise Ended(self._asked)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._asked = number
        raise Ended(number)
