"""WebSockets whose frames are counted, and paced, before anything is done with them."""

import asyncio
from typing import Any

from server.common.admissions import visitor_of
from server.common.socket_meter import METER, SocketMeter
from server.process.frame_cutter import FrameCutter
from server.process.slow_clients import TimeoutWebSocket

AT_ONCE = 8
"""Frames of one connection that are looked at before the others have their turn."""
MOST_PARTS = 256
"""Of one message; the ASGI server would collect empty ones without end."""


class BoundedWebSocket(TimeoutWebSocket):
    """Counts every frame, of whatever kind, and every byte, and works through them a few at a time.

    A message waits until the application has taken the one before. A stranger who sends more than strangers may is cut;
    of others nothing more is read until their holder has something left.
    """

    _meter: SocketMeter | None = None
    _cutter: FrameCutter
    _timer: asyncio.Handle | None = None

    def data_received(self, data: bytes) -> None:
        """Something arrived: the request, or frames."""
        if not self.handshake_initiated:
            super().data_received(data)
            return
        self._cutter.feed(data)
        if self._timer is None:
            self._work()

    def handle_connect(self, event: Any) -> None:
        """The request is complete; whoever answers it finds the meter in its scope."""
        self._meter, self._cutter = SocketMeter(self._abort), FrameCutter()
        if (visitor := visitor_of(self.transport)) is not None:
            self._meter.on_let_in = visitor.let_in
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][METER] = self._meter  # type: ignore[assignment]

    def handle_cont(self, event: Any) -> None:
        """A further part of a message."""
        if len(self.frames) >= MOST_PARTS and self._meter is not None:
            self._meter.cut("parts")
            return
        super().handle_cont(event)

    async def receive(self) -> Any:
        """The next message; with it there is room for another."""
        message = await super().receive()
        self._go_on()
        return message

    async def send(self, message: Any) -> None:
        """Send; who closes waits for the answer to that, which may be here already."""
        await super().send(message)
        if message["type"] == "websocket.close":
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _work(self) -> None:
        """Hand over what may be handed over now; read on when that was all."""
        self._timer = None
        for _ in range(AT_ONCE):
            if self.read_paused or self._meter is None or self.transport.is_closing():
                return
            piece, begins = self._cutter.next()
            if not piece:
                self.transport.resume_reading()
                return
            wait_s = self._meter.take(int(begins), len(piece))
            if wait_s is None:
                return
            super().data_received(piece)
            if wait_s:
                self._later(wait_s)
                return
        self._later(0)

    def _later(self, seconds: float) -> None:
        if self._timer is None and not self.transport.is_closing():
            self.transport.pause_reading()
            self._timer = self.loop.call_later(seconds, self._work) if seconds else self.loop.call_soon(self._work)

    def _go_on(self) -> None:
        """The server reads on by itself whenever the application has taken a message; what waits here comes first."""
        if self.read_paused or self.transport.is_closing():
            return
        if self._timer is not None:
            self.transport.pause_reading()
        elif self._cutter.kept:
            self._later(0)

    def _abort(self) -> None:
        self.transport.abort()
