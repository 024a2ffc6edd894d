"""A line to PostgreSQL that breaks after a transaction was stored and before that is told."""

import asyncio

from tests.faults.proxy import Proxy

STORED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""CommandComplete of a COMMIT."""


class CommitLoser(Proxy):
    """Keeps answers to COMMIT to itself, as often as it is told to.

    Attributes
    ----------
    lose : int
        How many more.
    lost : int
        How many so far.
    """

    lose = 0
    lost = 0

    async def _read(self, reader: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        await super()._read(_Listener(reader, self), queue)  # type: ignore[arg-type]  # it reads

    def passes(self, data: bytes) -> bool:
        """Whether this may go on; if not, every connection is cut."""
        if not self.lose or STORED not in data:
            return True
        self.lose -= 1
        self.lost += 1
        self.reset()
        return False


class _Listener:
    """Reads, and tells what."""

    def __init__(self, reader: asyncio.StreamReader, proxy: CommitLoser) -> None:
        self._reader = reader
        self._proxy = proxy

    async def read(self, most: int) -> bytes:
        """The next bytes; none where they are lost."""
        data = await self._reader.read(most)
        return data if self._proxy.passes(data) else b""
