"""Connections of the transport: how many an address may have, and how long one may stay without saying who it is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from server.common.rate_limit import RateLimiter
from server.common.socket_meter import SocketMeter

UNFINISHED_S = 8.0
"""From opening the transport, or leaving the namespace, to being connected to it."""

OPENINGS, OPENINGS_S = 4, 16.0
"""So often in this time may every connection that an address may have be opened, or connected to the namespace."""

OFFENCE_S = 4.0
"""What a connection that had to be cut costs its address, in time without a new one; the first few are for nothing."""
LONGEST_S = 60.0
"""An address waits no longer than this: it may be that of others as well."""


@dataclass(slots=True)
class _Transport:
    address: str
    silent_since: float
    meter: SocketMeter | None = None


class ConnectionLimiter:
    """The open transports.

    Parameters
    ----------
    per_address : int
        Limit.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, per_address: int, clock: Callable[[], float]) -> None:
        self._per_address = per_address
        self._clock = clock
        self._open: dict[str, _Transport] = {}
        self._count: Counter[str] = Counter()
        self._openings = RateLimiter(OPENINGS * per_address, OPENINGS_S, clock)

    def admit(self, transport_id: str, address: str, meter: SocketMeter | None = None) -> bool:
        """Take note of a new transport. Returns False for one too many of its address, or one too soon."""
        if self._count[address] >= self._per_address or not self._opens(address):
            return False
        self._open[transport_id] = _Transport(address, self._clock())
        if meter is not None:
            self.carry(transport_id, meter)
        self._count[address] += 1
        return True

    def carry(self, transport_id: str, meter: SocketMeter) -> None:
        """The transport travels on this connection from now on."""
        transport = self._open.get(transport_id)
        if transport is not None:
            transport.meter = meter
            meter.on_offence = lambda: self._offend(transport.address)

    def meter(self, transport_id: str) -> SocketMeter | None:
        """What is counted of an open transport."""
        transport = self._open.get(transport_id)
        return transport.meter if transport is not None else None

    def strangers(self) -> list[SocketMeter]:
        """The connections of transports that were not let in."""
        return [one.meter for one in self._open.values() if one.meter is not None and not one.meter.known]

    def _offend(self, address: str) -> None:
        """A connection of that address had to be cut: it opens the next ones more slowly.

        Not where somebody was let in: those who share an address do not pay for a stranger beside them.
        """
        if any(one.address == address and one.meter is not None and one.meter.known for one in self._open.values()):
            return
        for _ in range(int(OFFENCE_S * OPENINGS * self._per_address / OPENINGS_S)):
            if self._openings.wait_s(address) < LONGEST_S:
                self._openings.take(address)

    def admit_connect(self, transport_id: str) -> bool:
        """Whether it may say who it is; also asked of one that leaves the namespace and comes back."""
        transport = self._open.get(transport_id)
        return transport is not None and self._opens(transport.address)

    def _opens(self, address: str) -> bool:
        if self._openings.wait_s(address) > 0:
            return False
        self._openings.take(address)
        return True

    def gone(self, transport_id: str) -> None:
        """The transport is closed."""
        transport = self._open.pop(transport_id, None)
        if transport is not None:
            self._count[transport.address] -= 1
            if not self._count[transport.address]:
                del self._count[transport.address]

    def overdue(self, is_connected: Callable[[str], bool]) -> list[str]:
        """The transports that have not been connected to the namespace for too long."""
        now, late = self._clock(), []
        for transport_id, transport in self._open.items():
            if is_connected(transport_id):
                transport.silent_since = now
            elif now - transport.silent_since >= UNFINISHED_S:
                late.append(transport_id)
        return late
