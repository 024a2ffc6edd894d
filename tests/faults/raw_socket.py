"""A client that speaks WebSocket, Engine.IO and Socket.IO byte by byte, and so can do it wrong."""

import asyncio
import contextlib
import json
import os
import socket
import struct
from typing import Any

PATH = "/socket.io/?EIO=4&transport=websocket"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RefusedError(Exception):
    """The server does not take the handshake; the message is its status line."""


class RawSocket:
    """One connection; nothing is sent or read unless a method says so.

    Parameters
    ----------
    reader, writer
        Of the TCP connection.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, *, receive_bytes: int = 0, **headers: str) -> "RawSocket":
        """Upgrade a connection. Raises RefusedError.

        Parameters
        ----------
        receive_bytes : int
            Size of the receive buffer; a small one makes a client that does not read felt soon.
        **headers
            Such as `Origin` and `Cookie`.
        """
        line = socket.socket()
        if receive_bytes:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
        # The limit is how much asyncio reads ahead by itself.
        reader, writer = await asyncio.open_connection(sock=line, limit=receive_bytes or 65_536)
        lines = [f"GET {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        status = (await reader.readline()).decode().strip()
        if " 101 " not in status:
            writer.close()
            raise RefusedError(status)
        while (await reader.readline()).strip():
            continue
        return cls(reader, writer)

    async def send(self, data: str | bytes, *, kind: int | None = None, claims: int | None = None) -> None:
        """Send a message; `claims` is the length in its header, if that is to be a lie."""
        body = data.encode() if isinstance(data, str) else data
        opcode = kind if kind is not None else TEXT if isinstance(data, str) else BINARY
        mask = os.urandom(4)
        self._writer.write(self._head(opcode, len(body) if claims is None else claims) + mask + _masked(body, mask))
        await self._writer.drain()

    async def connect(self, auth: dict[str, Any] | None = None) -> dict[str, Any]:
        """Join the namespace; what the server answers, its kind under `type`."""
        await self.send("40" + (json.dumps(auth) if auth else ""))
        answer = await self.next("4")
        return {"type": answer[:2], **json.loads(answer[2:] or "{}")}

    async def call(self, event: str, payload: dict[str, Any], number: int = 1) -> dict[str, Any]:
        """Send an event without attachments; its answer."""
        await self.send(f"42{number}{json.dumps([event, payload])}")
        text = await self.next(f"43{number}")
        answer: dict[str, Any] = json.loads(text[2 + len(str(number)) :])[0]
        return answer

    async def next(self, prefix: str) -> str:
        """The next text that begins so; pings are answered meanwhile. Raises ConnectionError at the end."""
        while True:
            kind, body = await self.read()
            if kind == CLOSE:
                raise ConnectionError("closed by the server")
            if kind == TEXT and body == b"2":
                await self.send("3")
            elif kind == TEXT and body.decode().startswith(prefix):
                return body.decode()

    async def read(self) -> tuple[int, bytes]:
        """The next message. Raises ConnectionError at the end."""
        try:
            first, second = await self._reader.readexactly(2)
            length = second & 127
            if length > 125:
                size, form = (2, "!H") if length == 126 else (8, "!Q")
                (length,) = struct.unpack(form, await self._reader.readexactly(size))
            return first & 15, await self._reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the server hung up") from error

    async def is_closed(self, seconds: float) -> bool:
        """Whether the server ends the connection within that time; everything until then is read and forgotten."""
        try:
            async with asyncio.timeout(seconds):
                with contextlib.suppress(ConnectionError):
                    while (await self.read())[0] != CLOSE:
                        continue
                return True
        except TimeoutError:
            return False
        finally:
            await self.close()

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    @staticmethod
    def _head(opcode: int, length: int) -> bytes:
        if length < 126:
            return bytes([0x80 | opcode, 0x80 | length])
        if length < 65_536:
            return bytes([0x80 | opcode, 0x80 | 126]) + struct.pack("!H", length)
        return bytes([0x80 | opcode, 0x80 | 127]) + struct.pack("!Q", length)


def _masked(body: bytes, mask: bytes) -> bytes:
    repeated = mask * (len(body) // 4 + 1)
    return (int.from_bytes(body, "big") ^ int.from_bytes(repeated[: len(body)], "big")).to_bytes(len(body), "big")
