"""Connections that must get to the point: the ASGI server itself waits for requests and for readers without end."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.common.admissions import VISITOR, Phase, Visitor, visitor_of
from server.process.request_size import head_is_too_large

REQUEST_S = 8.0
"""From the connection, or the first byte of a further request, to the end of the headers."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

STALLED_S = 12.0
"""How long a client may read nothing of what waits for it. A slow one that reads a little stays."""
ANSWER_S = 60.0
"""The same for an answer over HTTP: what the system keeps of a large file on a slow line is read in this time."""


class WriteTimeout:
    """Aborts a connection whose client has stopped reading: to close it in good order would wait for the same client.

    Parameters
    ----------
    transport : Transport
    seconds : float
        How long it may read nothing.
    """

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """More waits than the system takes: the client's time runs."""
        self._look_later(self._transport.get_write_buffer_size())

    def end(self) -> None:
        """It read on, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_later(self, waiting: int) -> None:
        self.end()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look, waiting)

    def _look(self, before: int) -> None:
        waiting = self._transport.get_write_buffer_size()
        if waiting >= before:
            self._transport.abort()
        else:
            self._look_later(waiting)


class TimeoutWebSocket(WebSocketsSansIOProtocol):
    """Ends the connection of a client that stops reading."""

    _stall: WriteTimeout | None = None

    def pause_writing(self) -> None:
        """The client does not keep up."""
        super().pause_writing()
        self._stall = self._stall or WriteTimeout(self.transport, STALLED_S)
        self._stall.begin()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        if self._stall is not None:
            self._stall.end()
        super().connection_lost(exc)


class TimeoutProtocol(H11Protocol):
    """Closes a connection that does not finish its headers in time, or stops reading its answer."""

    _deadline: asyncio.TimerHandle | None = None
    _visitor: Visitor | None = None
    _stall: WriteTimeout | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base class
        """A client connected; its time runs."""
        super().connection_made(transport)
        self._visitor = visitor_of(transport)
        self.app_state = {**self.app_state, VISITOR: self._visitor}
        self._start()

    def data_received(self, data: bytes) -> None:
        """Something arrived: the whole of the headers, or a part."""
        if self.conn.their_state is h11.IDLE and head_is_too_large(data):
            self.transport.write(TOO_LARGE)  # unread: to parse it is what it costs
            self.transport.close()
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop()
            self._is(Phase.BUSY)
        elif self._deadline is None:
            self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop()
        if self._stall is not None:
            self._stall.end()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not keep up with the answer."""
        super().pause_writing()
        self._stall = self._stall or WriteTimeout(self.transport, ANSWER_S)
        self._stall.begin()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.end()

    def on_response_complete(self) -> None:
        """The request is answered; there may be another."""
        super().on_response_complete()
        self._is(Phase.BETWEEN)

    def _is(self, phase: Phase) -> None:
        if self._visitor is None:
            return
        begins = phase is Phase.BUSY and self._visitor.phase is not Phase.BUSY
        if begins and not self._visitor.network:
            self._visitor.let_in("")  # a proxy sends one person's request after another's on the same connection
        self._visitor.phase = phase

    def _start(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_S, self._give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
