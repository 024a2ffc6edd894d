"""A TCP line that can be made bad: slow, narrow, chopped, cut, or swallowing everything."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Line:
    """How the line is.

    Attributes
    ----------
    latency_s, jitter_s : float
        Each way; the second is the spread, as retransmissions after a loss make it.
    bytes_per_s : float
        0 is without limit.
    slice_bytes : int
        Pass on at most so many bytes at a time; 0 as they come.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    slice_bytes: int = 0


class Proxy:
    """Passes on what comes to a port of its own, as its `line` allows; loopback only.

    Parameters
    ----------
    port : int
        Where the server listens.
    seed : int
        Of the jitter.
    """

    def __init__(self, port: int, seed: int = 1) -> None:
        self.line = Line()
        self.connections = 0
        self._target = port
        self._random = random.Random(seed)
        self._open = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where clients go."""
        return f"http://localhost:{self.port}"

    async def __aenter__(self) -> "Proxy":
        self._open.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._open.set()
        self.reset()
        await self._server.wait_closed()

    def reset(self) -> None:
        """Cut every connection with a reset, as a router does that lost its table."""
        for writer in list(self._writers):
            line = writer.get_extra_info("socket")
            if line is not None and line.fileno() >= 0:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def refuse(self) -> None:
        """Cut every connection and take no new one, as a machine does whose server ended."""
        assert self._server is not None
        self._server.close()
        self.reset()
        await self._server.wait_closed()

    async def listen(self) -> None:
        """Take connections again, on the same port."""
        await self.__aenter__()

    def swallow(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._open.clear()

    def heal(self, *, forget: bool = True) -> None:
        """Pass on again; with `forget` the connections from before stay dead, as after a new address."""
        if forget:
            self._dead = set(self._writers)
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            if not self._open.is_set():
                await self._open.wait()
                if writer in self._dead:
                    await reader.read()  # until the client gives up
                    return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            return
        finally:
            if writer in self._dead or writer.is_closing():
                self._drop(writer)
        self._writers.add(far_writer)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._drop(writer)
            self._drop(far_writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        self._dead.discard(writer)
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction; order is kept, and what is late delays what comes after it."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(reader, queue))
                await self._write(queue, writer)

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        clock = asyncio.get_running_loop().time
        data = b"-"
        while data:
            try:
                data = await reader.read(self.line.slice_bytes or CHUNK)
            except OSError:
                data = b""
            late = self.line.latency_s + self._random.random() * self.line.jitter_s
            await queue.put((clock() + late, data))

    async def _write(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - clock()))
            await self._open.wait()
            if not data or writer in self._dead:
                writer.close()
                return
            if self.line.bytes_per_s:
                await asyncio.sleep(len(data) / self.line.bytes_per_s)
            writer.write(data)
            await writer.drain()


@contextlib.contextmanager
def proxy_thread(port: int) -> Iterator[tuple[Proxy, asyncio.AbstractEventLoop]]:
    """A proxy in a thread of its own, for tests that are not asynchronous; talk to it by `call_soon_threadsafe`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = asyncio.run_coroutine_threadsafe(_opened(port), loop).result(10)
    try:
        yield proxy, loop
    finally:
        asyncio.run_coroutine_threadsafe(_closed(proxy), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _closed(proxy: Proxy) -> None:
    """Close it, and see to it that none of its connections outlives its loop."""
    await proxy.__aexit__(None, None, None)
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    if not rest:
        return
    _, late = await asyncio.wait(rest, timeout=1)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _opened(port: int) -> Proxy:
    return await Proxy(port).__aenter__()
