"""The Socket.IO server: bounded packets, checked origins."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import socketio
from socketio.packet import CONNECT as CONNECT_TYPE
from socketio.packet import Packet

from server.common.addresses import network_of
from server.common.admissions import let_in
from server.common.socket_meter import METER, SocketMeter
from server.config import TRANSPORT_BYTES
from server.i18n.markers import N_
from server.live.connections.allowances import Allowances
from server.live.connections.connection_limiter import ConnectionLimiter
from server.live.connections.event_rules import RESERVED
from server.live.connections.polling import BodyError, is_readable, packets_in, read_body, refuse, replay
from server.live.connections.refusals import RefusingTransports
from server.storage.accounts.audit import Origin

logger = logging.getLogger("crowdcount.live")

MAX_ATTACHMENTS = 1
"""A frame carries one picture; the library would buffer as many as a packet declares."""

MAX_UNREAD = 1000
"""Packets that wait for a client to read them; the library would keep any number. A burst of answers is at most 400."""
HANG_UP_S = 1.0
"""How long a client may take to read that it is closed."""
CONNECT = str(CONNECT_TYPE)

OriginCheck = Callable[[str | None, dict[str, Any]], bool]


class BoundedPacket(Packet):
    """A packet that may not declare more attachments than any event has."""

    def decode(self, encoded_packet: str) -> int:
        """Raises ValueError for a packet with too many attachments."""
        count = int(super().decode(encoded_packet) or 0)
        if count > MAX_ATTACHMENTS:
            raise ValueError(f"{count} attachments")
        return count


class Transports(RefusingTransports):
    """The library's transports, whose requests are read and counted before the library sees them.

    Attributes
    ----------
    meter : callable
        From the id of a transport to what is counted of it, if there is such a one.
    upgraded : callable
        Learns which connection a transport travels on that began with polling.
    polled : callable
        Learns of the request (ASGI scope) of a transport that polls.
    """

    meter: Callable[[str], SocketMeter | None]
    upgraded: Callable[[str, SocketMeter], None]
    polled: Callable[[str, dict[str, Any]], None]

    async def handle_request(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """A request to `/socket.io/`, or a WebSocket there."""
        sid = (parse_qs(scope.get("query_string", b"").decode("latin-1")).get("sid") or [""])[0]
        carrier = meter_of(scope)
        if carrier is not None:
            self.upgraded(sid, carrier)
            return await super().handle_request(scope, receive, send)
        self.polled(sid, scope)
        packets, size = 1, 0
        if scope.get("method") == "POST":
            try:
                body = await read_body(receive)
            except BodyError as error:
                return await refuse(send, error.status)
            if not is_readable(body):
                return await refuse(send, 400)
            packets, size, receive = packets_in(body), len(body), replay(body, receive)
        meter = self.meter(sid)
        wait_s = meter.take(packets, size) if meter is not None else 0.0
        if wait_s is None:
            return await refuse(send, 429)
        await asyncio.sleep(wait_s)
        try:
            return await super().handle_request(scope, receive, send)
        except (KeyError, UnboundLocalError):
            # The library has no answer for a transport that it closes while it works at the request, or just did.
            if sid in self.sockets and not self.sockets[sid].closed:
                raise
            return await refuse(send, 400)


class LiveServer(socketio.AsyncServer):
    """An AsyncServer that bounds connections and drops a client whose packets cannot be read.

    Parameters
    ----------
    handshakes : ConnectionLimiter
        Who is connected, on the level of the transport.
    allowances : Allowances
        What holders of connections may send.
    **options
        Of the library.
    """

    def __init__(self, handshakes: ConnectionLimiter, allowances: Allowances, **options: Any) -> None:
        super().__init__(**options)
        self._handshakes = handshakes
        self._allowances = allowances
        self._holders: dict[str, str] = {}
        self._floods: set[asyncio.Task[None]] = set()
        self.eio.meter, self.eio.upgraded, self.eio.polled = handshakes.meter, self._upgraded, self._polled
        self._connecting: dict[str, asyncio.Task[None]] = {}
        self._dropping: set[str] = set()

    def _engineio_server_class(self) -> type[Transports]:
        return Transports

    def _upgraded(self, eio_sid: str, meter: SocketMeter) -> None:
        self._handshakes.carry(eio_sid, meter)
        if (holder := self._holders.get(eio_sid)) is not None:
            meter.let_in(self._allowances.of(holder), holder)

    def _polled(self, eio_sid: str, scope: dict[str, Any]) -> None:
        if (holder := self._holders.get(eio_sid)) is not None:
            let_in(scope, holder)

    def let_in(self, sid: str, holder: str) -> None:
        """The connection belongs to somebody, and what it sends is counted with whatever else that holder sends."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is None:
            return
        self._holders[eio_sid] = holder
        if (meter := self._handshakes.meter(eio_sid)) is not None:
            meter.let_in(self._allowances.of(holder), holder)

    def shed_strangers(self) -> int:
        """Cut every connection that was not let in. Returns how many."""
        strangers = self._handshakes.strangers()
        for meter in strangers:
            meter.cut("overload")
        return len(strangers)

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> str | None:
        meter = meter_of(environ.get("asgi.scope", {})) or SocketMeter(lambda: self._drop_flood(eio_sid))
        if not self._handshakes.admit(eio_sid, network_of(origin_of(environ).address), meter):
            return N_("Too many connections from this address.")
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._handshakes.gone(eio_sid)
        self._holders.pop(eio_sid, None)
        connecting = self._connecting.pop(eio_sid, None)
        if connecting is not None and connecting is not asyncio.current_task():
            # Otherwise it would accept a connection that is gone.
            connecting.cancel()
            await asyncio.wait([connecting])
        await super()._handle_eio_disconnect(eio_sid, reason)

    def _ids(self, eio_sid: str) -> dict[str, str]:
        """By which a connection is found in the log; one that was never accepted has an id of its transport alone."""
        return {"connection": self.manager.sid_from_eio_sid(eio_sid, "/") or eio_sid}

    async def drop_unfinished(self) -> None:
        """Close connections that never said who they are; the library would keep them for good."""
        late = self._handshakes.overdue(lambda eio_sid: self.manager.sid_from_eio_sid(eio_sid, "/") is not None)
        # Nobody waits for this to end: the next look may find those that are still being dropped.
        new = set(late) - self._dropping
        self._dropping |= new
        try:
            await asyncio.gather(*(self._drop(eio_sid, "unfinished handshake") for eio_sid in new))
        finally:
            self._dropping -= new

    def _drop_flood(self, eio_sid: str) -> None:
        task = asyncio.create_task(self._drop(eio_sid, "it floods"), name=f"drop {eio_sid}")
        self._floods.add(task)
        task.add_done_callback(self._floods.discard)

    async def _drop(self, eio_sid: str, why: str) -> None:
        logger.info("connection %s dropped: %s", eio_sid, why, extra=self._ids(eio_sid))
        await self.hang_up(eio_sid)

    async def hang_up(self, eio_sid: str) -> None:
        """Close a connection, also of a client that does not close it when it is told to."""
        socket = self.eio.sockets.get(eio_sid)
        try:
            await asyncio.wait_for(self.eio.disconnect(eio_sid), HANG_UP_S)
        except TimeoutError:
            logger.info("connection %s does not read that it is closed", eio_sid, extra=self._ids(eio_sid))
        finally:
            self._handshakes.gone(eio_sid)
            if socket is not None:
                await socket.queue.put(None)  # ends the library's writer, which closes the WebSocket

    async def _connect_meanwhile(self, eio_sid: str, data: Any) -> None:
        try:
            await self._take(eio_sid, data)
        finally:
            self._connecting.pop(eio_sid, None)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None and socket.queue.qsize() > MAX_UNREAD:
            await self._drop(eio_sid, "it reads nothing")
            return
        if eio_sid in self._connecting:
            return  # sent before the connection is accepted: no effect, not even later
        if isinstance(data, str) and data.startswith(CONNECT):
            if not self._handshakes.admit_connect(eio_sid):
                await self._drop(eio_sid, "it connects too often")
                return
            # Not awaited here: what arrives meanwhile would wait in the library, and count once we accept.
            task = asyncio.create_task(self._connect_meanwhile(eio_sid, data), name=f"connect {eio_sid}")
            self._connecting[eio_sid] = task
        else:
            await self._take(eio_sid, data)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: Any, data: list[Any]) -> None:
        """The library takes an event of these names for its own, and would forget a connection that stays open."""
        if not isinstance(data[0], str) or data[0] in RESERVED:
            data = ["(no name for an event)", *data[1:]]
        await super()._handle_event(eio_sid, namespace, id, data)

    async def _take(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
            await self._drop(eio_sid, f"unreadable packet ({type(error).__name__})")


def meter_of(scope: dict[str, Any]) -> SocketMeter | None:
    """The connection that a WebSocket is; None for a request."""
    meter = scope.get("extensions", {}).get(METER)
    return meter if isinstance(meter, SocketMeter) else None


def origin_of(environ: dict[str, Any]) -> Origin:
    """Where a handshake comes from. `REMOTE_ADDR` is always 127.0.0.1 under ASGI."""
    client = environ.get("asgi.scope", {}).get("client")
    return Origin(client[0] if client else "", environ.get("HTTP_USER_AGENT", ""))


def create_live_server(allow_origin: OriginCheck, handshakes: ConnectionLimiter, allowances: Allowances) -> LiveServer:
    """The server without its events.

    Parameters
    ----------
    allow_origin : callable
        From the Origin header (None when missing) and the environ to whether the handshake may go on.
    handshakes : ConnectionLimiter
        The limits of connections.
    allowances : Allowances
        The limits of what is sent.
    """
    return LiveServer(
        handshakes,
        allowances,
        async_mode="asgi",
        serializer=BoundedPacket,
        cors_allowed_origins=allow_origin,
        max_http_buffer_size=TRANSPORT_BYTES,
        http_compression=False,
        ping_interval=10,
        ping_timeout=10,
        logger=_quiet("crowdcount.socketio"),
        engineio_logger=_quiet("crowdcount.engineio"),
    )


def _quiet(name: str) -> logging.Logger:
    """A logger for faults alone: the libraries log every packet at INFO, results and tokens included."""
    chosen = logging.getLogger(name)
    chosen.setLevel(logging.WARNING)
    return chosen
