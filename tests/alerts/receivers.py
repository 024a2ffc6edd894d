"""Those whom alerts are sent to: real servers on real ports, as strangers would write them."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ssl import SSLContext, SSLError
from typing import Any

from aiohttp import web


@dataclass
class Request:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def key(self) -> str:
        """By which a repeated delivery is known."""
        return self.headers["Idempotency-Key"]


@dataclass
class Receiver:
    """A web server that keeps what it is sent.

    Attributes
    ----------
    answers : deque of int
        Status of the next answers; 200 after them.
    gate : asyncio.Event
        Nothing is answered while it is closed.
    """

    url: str = ""
    got: list[Request] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    headers: dict[str, str] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a request and answer as told."""
        self.got.append(Request(request.path, dict(request.headers), await request.read()))
        await self.gate.wait()
        return web.Response(status=self.answers.popleft() if self.answers else 200, headers=self.headers, text="ok")


@asynccontextmanager
async def receiver(port: int = 0, tls: SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on this machine; with `tls` by the name of localhost."""
    found = Receiver()
    found.gate.set()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
    await site.start()
    scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
    found.url = f"{scheme}://{host}:{runner.addresses[0][1]}"
    try:
        yield found
    finally:
        found.gate.set()
        await runner.cleanup()


def signature_fits(secret: str, request: Request) -> bool:
    """What docs/notifications.md tells receivers to do, written without the sender's code."""
    parts = dict(part.split("=", 1) for part in request.headers["X-Crowdcount-Signature"].split(","))
    mac = hmac.new(secret.encode("ascii"), digestmod=hashlib.sha256)
    mac.update(parts["t"].encode("ascii") + b".")
    mac.update(request.body)
    return hmac.compare_digest(mac.hexdigest(), parts["v1"])


@dataclass
class MailBox:
    """A mail server that keeps what it is sent (RFC 5321, the least of it).

    Attributes
    ----------
    refuse : str
        Answered to the recipient instead of taking it.
    commands : list of str
        What was said, without the mails themselves.
    tls : SSLContext or None
        Offered when a client asks for it (STARTTLS).
    """

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    refuse: str = ""
    silent: bool = False
    commands: list[str] = field(default_factory=list)
    tls: SSLContext | None = None
    clients: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def parsed(self) -> list[EmailMessage]:
        """The mails, read."""
        return [message_from_bytes(mail, EmailMessage, policy=default) for mail in self.mails]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client."""
        self.clients.append(writer)
        if self.silent:
            await reader.read()
            writer.close()
            return
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append((await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n"))
            if verb == "EHLO" and self.tls:
                writer.write(b"250-test\r\n250 STARTTLS\r\n")
            elif verb == "STARTTLS" and self.tls:
                writer.write(b"220 go on\r\n")
                try:
                    await writer.start_tls(self.tls)
                except (SSLError, ConnectionError):  # the client does not trust this certificate
                    writer.transport.abort()
                    return
            elif verb == "RCPT" and self.refuse:
                writer.write(self.refuse.encode() + b"\r\n")
            else:
                writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")
            if verb == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def mail_box(starttls: SSLContext | None = None, tls: SSLContext | None = None) -> AsyncIterator[MailBox]:
    """A mail server on this machine; with `tls` from the first byte on."""
    box = MailBox(tls=starttls)
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for client in box.clients:
            client.transport.abort()
