"""Alerts as signed requests to a server of the user."""

import json
import time
from collections.abc import Callable

from server import __version__
from server.alerts.failure import DeliveryError
from server.alerts.message import Message
from server.alerts.safe_http import SafeHttpClient
from server.alerts.signature import sign
from server.storage.alerts.channels import Channel


class WebHook:
    """Sends web hooks.

    Parameters
    ----------
    outside : SafeHttpClient
    clock : callable
        Unix seconds.
    """

    def __init__(self, outside: SafeHttpClient, clock: Callable[[], float] = time.time) -> None:
        self._outside = outside
        self._clock = clock

    async def send(self, channel: Channel, message: Message) -> None:
        """Post the message. Raises DeliveryError."""
        body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"crowdcount/{__version__}",
            "Idempotency-Key": message.key,
            "X-Crowdcount-Signature": sign(channel.secret, int(self._clock()), body),
        }
        status = await self._outside.post(channel.target, body, headers)
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise DeliveryError("REDIRECT", f"It answered with a redirect ({status}), which is not followed.")
        if status == 410:
            raise DeliveryError("GONE", "It answered that it is gone for good (410).", gone=True)
        raise DeliveryError("REFUSED", f"It answered with status {status}.")
