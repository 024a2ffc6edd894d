"""Requests of transports that poll: their bodies are read here, in bounded time, and given to the library whole."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from server.config import TRANSPORT_BYTES

BODY_S = 15.0
"""The library would wait for the end of a body without end."""
SEPARATOR = b"\x1e"
KINDS = frozenset(b"%c" % kind for kind in b"0123456b")
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class BodyError(Exception):
    """A body that is not taken; `status` says why, 0 for a client that is gone."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(receive: Receive) -> bytes:
    """The body of a request. Raises BodyError."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                event = await receive()
                if event["type"] != "http.request":
                    raise BodyError(0)
                body += event.get("body", b"")
                if len(body) > TRANSPORT_BYTES:
                    raise BodyError(413)
                if not event.get("more_body"):
                    return bytes(body)
    except TimeoutError as error:
        raise BodyError(408) from error


def packets_in(body: bytes) -> int:
    """How many Engine.IO packets a body holds."""
    return body.count(SEPARATOR) + 1


def is_readable(body: bytes) -> bool:
    """Whether every packet is of a kind of Engine.IO 4; the library takes any other for a fault of its own."""
    return all(packet[:1] in KINDS for packet in body.split(SEPARATOR))


def replay(body: bytes, receive: Receive) -> Receive:
    """Receives the body that was read, then whatever comes."""
    events = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> dict[str, Any]:
        return events.pop() if events else await receive()

    return again


async def refuse(send: Send, status: int) -> None:
    """Answer without a body, and end the connection."""
    if status:
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
