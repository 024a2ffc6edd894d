"""What one connection may send, whatever kind of frame it is in, and who it belongs to."""

import time
from collections.abc import Callable

from prometheus_client import Counter

from server.common.token_bucket import Bucket, Rate

METER = "crowdcount.meter"
"""Under this name a connection's `SocketMeter` is among the extensions of its ASGI scope."""

STRANGER_FRAMES = Rate(rate=4, burst=32)
STRANGER_BYTES = Rate(rate=16_384, burst=65_536)
"""Who has not been let in says hello, sends a token, and answers pings."""

CUT = Counter("crowdcount_strangers_cut", "Connections cut before they were let in, by why", ["why"])


class Allowance:
    """What all connections of a holder may send together.

    Parameters
    ----------
    frames, octets : Rate
        Frames and bytes.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, frames: Rate, octets: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._frames = Bucket(frames, clock)
        self._octets = Bucket(octets, clock)

    def take(self, frames: int, octets: int) -> float:
        """Count; the seconds to wait before more is read."""
        return max(self._frames.take(frames), self._octets.take(octets))

    @property
    def idle(self) -> bool:
        """Whether nothing of it is used up."""
        return self._frames.full and self._octets.full


class SocketMeter:
    """One connection as its limits see it.

    Parameters
    ----------
    abort : callable
        Ends the connection at once, whatever waits to be read or written.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, abort: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._abort = abort
        self._allowance = Allowance(STRANGER_FRAMES, STRANGER_BYTES, clock)
        self.known = False
        self.on_offence: Callable[[], None] | None = None
        self.on_let_in: Callable[[str], None] | None = None

    def let_in(self, allowance: Allowance, holder: str) -> None:
        """It belongs to this holder: from now on it may send what is left of the allowance."""
        self.known = True
        self._allowance = allowance
        if self.on_let_in is not None:
            self.on_let_in(holder)

    def take(self, frames: int, octets: int) -> float | None:
        """Count what arrived. Seconds to wait before more is read; None for a stranger's connection, which is cut."""
        wait_s = self._allowance.take(frames, octets)
        if wait_s and not self.known:
            self.cut("flood")
            return None
        return wait_s

    def cut(self, why: str) -> None:
        """End it."""
        if not self.known:
            CUT.labels(why).inc()
        if self.on_offence is not None and why == "flood":
            self.on_offence()
        self._abort()
