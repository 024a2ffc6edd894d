"""HTTP connections that must get to the point: the ASGI server itself waits for a request without end."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S = 8.0
"""From the connection, or the first byte of a further request, to the end of the headers."""


class PatientProtocol(H11Protocol):
    """Closes a connection that does not finish its headers in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base class
        """A client connected; its time runs."""
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        """Something arrived: the whole of the headers, or a part."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._deadline is None:
            self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._stop()
        super().connection_lost(exc)

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
