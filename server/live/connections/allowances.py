"""What the holders of connections may send: frames and bytes, over all their connections, whatever is in them."""

import time
from collections.abc import Callable

from server.common.socket_meter import Allowance
from server.common.token_bucket import Rate
from server.live.connections.event_rules import OVERALL

PACKETS = 2.5
"""Frames on the WebSocket for each event that a holder may send: a picture is one of its own, and whoever looks on
acknowledges. What is beyond waits, for the events are answered by then that there are too many."""
OCTETS = Rate(rate=16e6, burst=64e6)
MOST_IDLE = 1000


class Allowances:
    """One for each holder, in bounded memory.

    Parameters
    ----------
    share : float
        How many times the frames and bytes of four streams a holder may send.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._frames = Rate(OVERALL.rate * PACKETS * share, OVERALL.burst * PACKETS * share)
        self._octets = Rate(OCTETS.rate * share, OCTETS.burst * share)
        self._clock = clock
        self._held: dict[str, Allowance] = {}

    def of(self, holder: str) -> Allowance:
        """What this holder has left."""
        found = self._held.get(holder)
        if found is None:
            if len(self._held) >= MOST_IDLE:
                self._held = {name: one for name, one in self._held.items() if not one.idle}
            found = self._held[holder] = Allowance(self._frames, self._octets, self._clock)
        return found
