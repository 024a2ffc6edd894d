"""No process outlives the one that started it, however that one ended."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def signal_when_parent_dies(number: signal.Signals) -> None:
    """Have the kernel send this signal when the parent is gone; Linux alone, elsewhere closed pipes have to do.

    A closed pipe is noticed only by a process that runs: one that was stopped, or hangs, needs this.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number)) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died between the two calls
        os.kill(os.getpid(), number)
