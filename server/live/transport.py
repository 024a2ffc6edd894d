"""The Socket.IO server: bounded packets, checked origins."""

import logging
from collections.abc import Callable
from typing import Any

import socketio
from socketio.packet import Packet

from server.config import TRANSPORT_BYTES

logger = logging.getLogger("crowdcount.live")

MAX_ATTACHMENTS = 1
"""A frame carries one picture; the library would buffer as many as a packet declares."""

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
    """An AsyncServer that drops a client whose packets cannot be read."""

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
            logger.info("connection %s dropped: unreadable packet (%s)", eio_sid, type(error).__name__)
            await self.eio.disconnect(eio_sid)


def create_live_server(allow_origin: OriginCheck) -> LiveServer:
    """The server without its events.

    Parameters
    ----------
    allow_origin : callable
        From the Origin header (None when missing) and the environ to whether the handshake may go on.
    """
    return LiveServer(
        async_mode="asgi",
        serializer=BoundedPacket,
        cors_allowed_origins=allow_origin,
        max_http_buffer_size=TRANSPORT_BYTES,
        http_compression=False,
        ping_interval=10,
        ping_timeout=10,
        logger=logging.getLogger("crowdcount.socketio"),
        engineio_logger=logging.getLogger("crowdcount.engineio"),
    )
