"""Attacks, each a process of its own: ``python -m tests.faults.attacks NAME PORT SECONDS …`` prints JSON at its end.

On loopback only, bounded in number and time. They come from 127.0.0.2, which Linux has without any set-up: limits of an
address are then not those of the polite stream beside them.
"""

import asyncio
import http.client
import json
import select
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from socketio.exceptions import SocketIOError

from server.config import Settings
from tests.security.test_fairness import _disturb
from tests.support.server import Client, RunningServer

FROM = "127.0.0.2"
PATH = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"
PING, PONG, TEXT, BINARY = 0x89, 0x8A, 0x81, 0x82
BLOCK = 10_000
"""Frames in one write."""


def frame(opcode: int, body: bytes = b"") -> bytes:
    """A WebSocket frame of a client, masked with zeros; at most 125 bytes of body."""
    return bytes([opcode, 0x80 | len(body)]) + bytes(4) + body


FLOODS = {
    "pings": frame(PING),
    "pongs": frame(PONG),
    "bytes": frame(BINARY, b"x"),
    "engine_pongs": frame(TEXT, b"3"),
    "acknowledgements": frame(TEXT, b"431[]"),
    "unknown_events": frame(TEXT, b'42["x"]'),
    "fragments": frame(0x00),
}


def connect(port: int, source: str = FROM, timeout: float = 5) -> socket.socket:
    """A TCP connection. Raises OSError."""
    return socket.create_connection(("127.0.0.1", port), timeout, (source, 0))


def upgrade(port: int, *headers: str) -> socket.socket:
    """A WebSocket, its handshake read. Raises OSError when it is refused."""
    one = connect(port)
    lines = [f"GET {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *headers, "", ""]
    one.sendall("\r\n".join(lines).encode())
    if b" 101 " not in one.recv(4096):
        one.close()
        raise ConnectionError("refused")
    return one


def flood(port: int, seconds: float, kind: str = "pings", connections: str = "3") -> dict[str, Any]:
    """So many connections that never say who they are and send frames of one kind as fast as they go; each comes back
    when it is cut."""
    lives: list[float] = []
    sent = [0]
    until = time.monotonic() + seconds

    def one() -> None:
        block = FLOODS[kind] * BLOCK
        while time.monotonic() < until:
            try:
                line = upgrade(port)
            except OSError:
                time.sleep(0.05)
                continue
            began = time.monotonic()
            line.setblocking(False)
            with suppress(OSError):
                if kind == "fragments":
                    line.send(frame(0x01))
                while time.monotonic() < until:
                    readable, writable, _ = select.select([line], [line], [], 0.2)
                    if readable and not line.recv(65_536):
                        break
                    if writable:
                        sent[0] += line.send(block)
            lives.append(time.monotonic() - began)
            line.close()

    threads = [threading.Thread(target=one) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"longest_s": max(lives, default=0.0), "connections": len(lives), "megabytes": sent[0] / 1e6}


def polling(port: int, seconds: float, connections: str = "3") -> dict[str, Any]:
    """So many connections that speak by polling, never say who they are and post a thousand packets at a time."""
    answers, until, lock = Counter[str](), time.monotonic() + seconds, threading.Lock()
    body = "\x1e".join(["3"] * 1000).encode()

    def one() -> None:
        while time.monotonic() < until:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5, source_address=(FROM, 0))
            with suppress(OSError, http.client.HTTPException, ValueError, KeyError):
                client.request("GET", POLLING)
                sid = json.loads(client.getresponse().read()[1:])["sid"]
                while time.monotonic() < until:
                    client.request("POST", f"{POLLING}&sid={sid}", body)
                    response = client.getresponse()
                    response.read()
                    with lock:
                        answers[str(response.status)] += 1
                    if response.status != 200:
                        break
            client.close()

    threads = [threading.Thread(target=one) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"answers": dict(answers)}


def member(port: int, seconds: float, cookie: str, kind: str, connections: str = "3") -> dict[str, Any]:
    """The same by somebody who has an account: let in, then frames of one kind as fast as they are taken."""
    sent = [0]
    until = time.monotonic() + seconds

    def one() -> None:
        line = upgrade(port, f"Cookie: {cookie}", f"Origin: http://127.0.0.1:{port}")
        line.sendall(frame(TEXT, b"40"))
        time.sleep(1)
        block = FLOODS[kind] * BLOCK
        line.setblocking(False)
        with suppress(OSError):
            while time.monotonic() < until:
                readable, writable, _ = select.select([line], [line], [], 0.2)
                if readable and not line.recv(65_536):
                    break
                if writable:
                    sent[0] += line.send(block)
        line.close()

    threads = [threading.Thread(target=one) for _ in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"frames": sent[0] / len(FLOODS[kind])}


def idle(
    port: int, seconds: float, connections: str = "1100", source: str = FROM, again: str = "again"
) -> dict[str, Any]:
    """So many connections that say nothing; with `again`, one that is closed is opened again."""
    until, opened, refused = time.monotonic() + seconds, 0, 0
    lines: list[socket.socket] = []
    while time.monotonic() < until:
        lines = [line for line in lines if not _is_closed(line)]
        while len(lines) < int(connections) and time.monotonic() < until and (again == "again" or opened < 1100):
            try:
                lines.append(connect(port, source, timeout=1))
                opened += 1
            except OSError:
                refused += 1
                time.sleep(0.05)
        time.sleep(0.05)
    return {"opened": opened, "refused": refused, "held": len(lines)}


def _is_closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        closed = line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        closed = True
    line.close()
    return closed


def joins(port: int, seconds: float, path: str, picture: str, connections: str = "32") -> dict[str, Any]:
    """One device without cookies follows an invitation again and again, and streams as each camera that it got."""
    return asyncio.run(_joins(f"http://127.0.0.1:{port}", seconds, path, Path(picture).read_bytes(), int(connections)))


async def _joins(url: str, seconds: float, path: str, picture: bytes, connections: int) -> dict[str, Any]:
    cameras, refused, until = set[str](), Counter[str](), time.monotonic() + seconds
    frames = [0]

    async def stream(client: Client, camera: str) -> None:
        try:
            async with asyncio.timeout(max(0.1, until - time.monotonic())):
                await client.connect()
                one = (await client.open(camera))["stream"]
                for seq in range(1, 100_000):
                    await client.frame(one, seq, picture)
                    frames[0] += 1
                    await asyncio.sleep(0.05)
        except (SocketIOError, KeyError):
            refused["stream"] += 1
        except TimeoutError:
            return

    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            client = await stack.enter_async_context(RunningServer(url, Settings()).client())
            async with client.http.post(path, json={}) as response:
                answer = await response.json()
                if response.status != 201:
                    refused[answer["error"]["code"]] += 1
                    continue
            cameras.add(answer["camera"]["id"])
            tasks.create_task(stream(client, answer["camera"]["id"]))
            await asyncio.sleep(0.05)
    return {"cameras": len(cameras), "refused": dict(refused), "frames": frames[0]}


def everything(port: int, seconds: float, token: str) -> dict[str, Any]:
    """Twenty sign-ins at a time, a user who floods, and uploads that are too large, all at once."""

    async def run() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _disturb(f"http://127.0.0.1:{port}", token)

    asyncio.run(run())
    return {}


ATTACKS: dict[str, Callable[..., dict[str, Any]]] = {
    "flood": flood,
    "polling": polling,
    "member": member,
    "idle": idle,
    "joins": joins,
    "everything": everything,
}


def main() -> None:
    """Attack."""
    name, port, seconds, *more = sys.argv[1:]
    print(json.dumps(ATTACKS[name](int(port), float(seconds), *more)), flush=True)


if __name__ == "__main__":
    main()
