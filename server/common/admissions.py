"""Who is connected, from the first moment on: bounds of an address and of all, also for who says nothing."""

import asyncio
import enum
import ipaddress
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from prometheus_client import Counter as Metric
from prometheus_client import Gauge

from server.common.addresses import network_of
from server.common.rate_limit import RateLimiter

VISITOR = "crowdcount.visitor"
"""Under this name the `Visitor` of a connection is in the state of its ASGI scopes."""
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
    book : Admissions
        Where it is counted.

    Attributes
    ----------
    holder : str
        Whose it is, once somebody was let in; empty for a stranger's.
    """

    def __init__(self, peer: socket.socket, network: str, book: "Admissions") -> None:
        self._peer = peer
        self._book = book
        self.network = network
        self.phase = Phase.SILENT
        self.holder = ""

    def let_in(self, holder: str) -> None:
        """A user or guest device has this connection; without a name it is a stranger's again."""
        self._book.note_holder(self, holder)

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
    per_holder : int
        Of one user or guest device that go last when there is no room; further ones count as those of strangers.
    """

    def __init__(
        self,
        most: int,
        per_address: int,
        per_second: float,
        proxies: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        per_holder: int = 128,
    ) -> None:
        self.most = most
        self._per_address = per_address
        self._proxies = [ipaddress.ip_network(one) for one in proxies]
        self._per_holder = per_holder
        self._openings = RateLimiter(max(1, int(per_second * OPENINGS_S)), OPENINGS_S, clock)
        self._open: dict[str, dict[Visitor, None]] = defaultdict(dict)  # of an address, the oldest first
        self._strangers: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
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
        visitor = Visitor(peer, network, self)
        self._open[network][visitor] = None
        self._strangers[network] += 1
        self._note(self._count + 1)
        return visitor

    def gone(self, visitor: Visitor) -> None:
        """It is closed, or about to be; again is nothing."""
        of_address = self._open.get(visitor.network)
        if of_address is None or visitor not in of_address:
            return
        self.note_holder(visitor, "")
        _decrease(self._strangers, visitor.network)
        del of_address[visitor]
        if not of_address:
            del self._open[visitor.network]
        self._note(self._count - 1)

    def note_holder(self, visitor: Visitor, holder: str) -> None:
        """A connection is this holder's from now on; one that is gone, or one too many, is nobody's."""
        if holder == visitor.holder or visitor not in self._open.get(visitor.network, ()):
            return
        if visitor.holder:
            _decrease(self._held, visitor.holder)
            self._strangers[visitor.network] += 1
        visitor.holder = holder if self._held[holder] < self._per_holder else ""
        if visitor.holder:
            self._held[holder] += 1
            _decrease(self._strangers, visitor.network)

    def _note(self, count: int) -> None:
        self._count = count
        OPEN.set(count)

    def _make_room(self, network: str) -> bool:
        """Drop the connection of that address that does least, the oldest of them; none that is at work."""
        found = min(self._open[network], key=lambda one: one.phase, default=None)
        if found is None or found.phase is Phase.BUSY:
            return False
        self._end(found)
        return True

    def _make_room_anywhere(self) -> bool:
        """Drop a stranger's connection: the oldest of the address that has most, at work or not.

        An older one goes before one that came just now, for who came last may be a user who is about to sign in. Where
        there is no stranger, connections of users go that are between requests, where most are open first.
        """
        if self._strangers:
            network = max(self._strangers, key=lambda one: self._strangers[one])
            self._end(next(one for one in self._open[network] if not one.holder))
            return True
        by_number = sorted(self._open, key=lambda network: len(self._open[network]), reverse=True)
        return any(self._make_room(network) for network in by_number)

    def _end(self, visitor: Visitor) -> None:
        REFUSED.labels(visitor.phase.name.lower()).inc()
        self.gone(visitor)
        visitor.drop()

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies:
            return False
        with suppress(ValueError):
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        return False


def _decrease(counted: Counter[str], key: str) -> None:
    counted[key] -= 1
    if counted[key] <= 0:
        del counted[key]


def _refuse(why: str) -> Visitor | None:
    REFUSED.labels(why).inc()
    return None


def visitor_of(transport: asyncio.BaseTransport) -> Visitor | None:
    """What is known of a connection that a `BoundedListener` accepted."""
    return getattr(transport.get_extra_info("peername"), "visitor", None)


def let_in(scope: Mapping[str, Any], holder: str) -> None:
    """Note whose the connection of a request is; nothing where no `BoundedListener` accepted it.

    Parameters
    ----------
    scope : mapping
        Of ASGI.
    holder : str
        Id of the user or guest device.
    """
    visitor = (scope.get("state") or {}).get(VISITOR)
    if isinstance(visitor, Visitor):
        visitor.let_in(holder)
