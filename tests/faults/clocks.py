"""A wall clock that jumps, as after a suspend or a first answer of a time server; the monotonic one goes on."""

import time

import pytest


class JumpingClock:
    """`time.time` with an offset.

    Parameters
    ----------
    patch : MonkeyPatch
        Undoes it at the end of the test.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.offset_s = 0.0
        real = time.time
        patch.setattr(time, "time", lambda: real() + self.offset_s)
