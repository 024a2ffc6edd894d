"""Ctrl-C that does not get lost. Each signal is raised in a process of its own: none may reach the one that tests."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.sigint import python

ROOT = Path(__file__).resolve().parent.parent

DROPPED = """
import signal, sys
from server.process.interrupt import Interrupt

class Asks:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

dropped = []
sys.unraisablehook = lambda unraisable: dropped.append(unraisable.exc_type)
before = signal.getsignal(signal.SIGINT)
with Interrupt() as interrupt:
    interrupt.check()
    Asks()
    assert [issubclass(one, KeyboardInterrupt) for one in dropped] == [True], dropped
    try:
        interrupt.check()
    except KeyboardInterrupt:
        print("raised at the next look")
assert signal.getsignal(signal.SIGINT) is before
"""

AT_ONCE = """
import signal
from server.process.interrupt import Interrupt

try:
    with Interrupt():
        signal.raise_signal(signal.SIGINT)
        print("not raised")
except KeyboardInterrupt:
    print("raised at once")
"""

TOLD = """
import signal
from server.process.interrupt import Ended, Interrupt

for number in (signal.SIGTERM, signal.SIGHUP):
    before = signal.getsignal(number)
    try:
        with Interrupt():
            signal.raise_signal(number)
            print("not raised")
    except KeyboardInterrupt as error:
        assert error.number == number
    assert signal.getsignal(number) is before
print("told to end")
"""

IGNORED = """
import signal
from server.process.interrupt import Interrupt

with Interrupt() as interrupt:
    signal.raise_signal(signal.SIGINT)
    interrupt.check()
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
print("left ignored")
"""


@pytest.mark.parametrize(
    ("code", "sigint", "expected"),
    [
        (DROPPED, signal.SIG_DFL, "raised at the next look"),
        (AT_ONCE, signal.SIG_DFL, "raised at once"),
        (TOLD, signal.SIG_DFL, "told to end"),
        (IGNORED, signal.SIG_IGN, "left ignored"),
    ],
)
def test_interrupt(code: str, sigint: signal.Handlers, expected: str) -> None:
    done = subprocess.run(python("-c", code, sigint=sigint), capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == expected
