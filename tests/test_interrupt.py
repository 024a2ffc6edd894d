"""Ctrl-C that does not get lost."""

import signal
import sys

import pytest

from server.interrupt import Interrupt


class Asks:
    """Ctrl-C arrives while this is being finalized."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_one_that_python_drops_is_raised_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: dropped.append(unraisable.exc_type))
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        interrupt.check()
        Asks()
        assert dropped == [KeyboardInterrupt]
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_it_is_raised_at_once() -> None:
    with Interrupt(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
