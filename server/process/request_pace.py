"""Requests of one address, paced: whoever asks too much waits, and others do not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from server.common.addresses import network_of
from server.common.token_bucket import Bucket, Rate
from server.process.request_size import RequestSize

BURST_S = 5.0
"""So many seconds' worth may come at once: a page with everything that belongs to it, for a room full of phones."""
LONGEST_S = 5.0
"""Who would have to wait longer is refused."""
MOST_ADDRESSES = 20_000

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class RequestPace:
    """What each address asks, whatever it asks for: routes without a limit of their own, and requests of sockets that
    poll, as well.

    Parameters
    ----------
    rate : float
        Requests a second in the long run.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = Rate(rate, rate * BURST_S)
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, address: str, cost: float = 1.0) -> float:
        """Count a request, a large one as several. Seconds to wait before it is looked at."""
        key = network_of(address)
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MOST_ADDRESSES:
                self._buckets = {name: one for name, one in self._buckets.items() if not one.full}
            bucket = self._buckets[key] = Bucket(self._rate, self._clock)
        return bucket.take(cost)

    async def admit(self, scope: Scope, send: Send) -> bool:
        """Wait as long as the address of this request has to. Returns whether it may go on; otherwise it is answered.

        One connection sends its next request after the answer to this one, so that it reads nothing more meanwhile.
        """
        client, size = scope.get("client"), RequestSize(scope)
        wait_s = self.take(client[0] if client else "", size.cost)
        if wait_s > LONGEST_S:
            await _refuse(scope, send, 429)
            return False
        if size.too_large:
            await _refuse(scope, send, 431)
            return False
        await asyncio.sleep(wait_s)
        return True


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """Answer without a body, and end the connection; a WebSocket is not opened."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-length", b"0"), (b"retry-after", b"5"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
