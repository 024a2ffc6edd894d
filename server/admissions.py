"""Who is connected, from the first moment on: bounds of an address and of all, also for who says nothing."""

import asyncio
import enum
import ipaddress
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress

from prometheus_client import Counter as Metric
from prometheus_client import Gauge

from server.addresses import network_of
from server.throttle import Throttle

OPENINGS_S = 10.0
"""So many seconds' worth of new connections may come at once."""
REFUSED = Metric("crowdcount_connections_refused", "Connections closed as they came, by why", ["why"])
OPEN = Gauge("crowdcount_connections_open", "TCP connections that are open, silent ones included")


class Phase(enum.IntEnum):
    """What a connection does; what does least goes first when there is no room."""

    SILENT = 0
    BETWEEN = 1
    BUSY = 2


class Visitor:
    """A connection that was accepted.

    Parameters
    ----------
    peer : socket
    network : str
        What counts as its address; empty for a proxy, whose clients are counted later.
    since : float
        When it came, monotonic seconds.
    """

    def __init__(self, peer: socket.socket, network: str, since: float) -> None:
        self._peer = peer
        self.network = network
        self.since = since
        self.phase = Phase.SILENT

    def drop(self) -> None:
        """End it; the event loop notices as if the client had gone."""
        with suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)


class Admissions:
    """The open connections of a process.

    Parameters
    ----------
    most : int
        Connections.
    per_address : int
        Of one address.
    per_second : float
        New ones of one address, in the long run.
    proxies : sequence of str
        Addresses or networks that have no limit of their own, for they are everybody's.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        most: int,
        per_address: int,
        per_second: float,
        proxies: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self._per_address = per_address
        self._proxies = [ipaddress.ip_network(one) for one in proxies]
        self._clock = clock
        self._openings = Throttle(max(1, int(per_second * OPENINGS_S)), OPENINGS_S, clock)
        self._open: dict[str, dict[Visitor, None]] = defaultdict(dict)  # of an address, the oldest first
        self._count = 0

    def admit(self, peer: socket.socket, address: str) -> Visitor | None:
        """Take note of a connection; another may have to go for it. None when there is no room."""
        network = "" if self._is_proxy(address) else network_of(address)
        if network and self._openings.wait_s(network) > 0:
            return _refuse("rate")
        if network and len(self._open.get(network, ())) >= self._per_address and not self._make_room(network):
            return _refuse("address")
        if self._count >= self.most and not self._make_room_anywhere():
            return _refuse("all")
        if network:
            self._openings.take(network)
        visitor = Visitor(peer, network, self._clock())
        self._open[network][visitor] = None
        self._note(self._count + 1)
        return visitor

    def gone(self, visitor: Visitor) -> None:
        """It is closed, or about to be; again is nothing."""
        of_address = self._open.get(visitor.network)
        if of_address is None or visitor not in of_address:
            return
        del of_address[visitor]
        if not of_address:
            del self._open[visitor.network]
        self._note(self._count - 1)

    def _note(self, count: int) -> None:
        self._count = count
        OPEN.set(count)

    def _make_room(self, network: str) -> bool:
        """Drop the connection of that address that does least, the oldest of them; none that is at work."""
        found = min(self._open[network], key=lambda one: one.phase, default=None)
        if found is None or found.phase is Phase.BUSY:
            return False
        REFUSED.labels(found.phase.name.lower()).inc()
        self.gone(found)
        found.drop()
        return True

    def _make_room_anywhere(self) -> bool:
        """Where most are open first."""
        by_number = sorted(self._open, key=lambda network: len(self._open[network]), reverse=True)
        return any(self._make_room(network) for network in by_number)

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies:
            return False
        with suppress(ValueError):
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        return False


def _refuse(why: str) -> Visitor | None:
    REFUSED.labels(why).inc()
    return None


def visitor_of(transport: asyncio.BaseTransport) -> Visitor | None:
    """What is known of a connection that a `BoundedListener` accepted."""
    return getattr(transport.get_extra_info("peername"), "visitor", None)
