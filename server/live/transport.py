"""The Socket.IO server: bounded packets, checked origins."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import socketio
from socketio.packet import CONNECT as CONNECT_TYPE
from socketio.packet import Packet

from server.addresses import network_of
from server.config import TRANSPORT_BYTES
from server.live.event_rules import RESERVED
from server.live.handshakes import Handshakes
from server.live.refusals import RefusingTransports
from server.storage.audit import Origin
from server.words.mark import N_

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


class LiveServer(socketio.AsyncServer):
    """An AsyncServer that bounds connections and drops a client whose packets cannot be read.

    Parameters
    ----------
    handshakes : Handshakes
        Who is connected, on the level of the transport.
    **options
        Of the library.
    """

    def __init__(self, handshakes: Handshakes, **options: Any) -> None:
        super().__init__(**options)
        self._handshakes = handshakes
        self._connecting: dict[str, asyncio.Task[None]] = {}
        self._dropping: set[str] = set()

    def _engineio_server_class(self) -> type[RefusingTransports]:
        return RefusingTransports

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> str | None:
        if not self._handshakes.admit(eio_sid, network_of(origin_of(environ).address)):
            return N_("Too many connections from this address.")
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._handshakes.gone(eio_sid)
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


def origin_of(environ: dict[str, Any]) -> Origin:
    """Where a handshake comes from. `REMOTE_ADDR` is always 127.0.0.1 under ASGI."""
    client = environ.get("asgi.scope", {}).get("client")
    return Origin(client[0] if client else "", environ.get("HTTP_USER_AGENT", ""))


def create_live_server(allow_origin: OriginCheck, handshakes: Handshakes) -> LiveServer:
    """The server without its events.

    Parameters
    ----------
    allow_origin : callable
        From the Origin header (None when missing) and the environ to whether the handshake may go on.
    handshakes : Handshakes
        The limits of connections.
    """
    return LiveServer(
        handshakes,
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
