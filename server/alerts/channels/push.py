"""Alerts in browsers, through their push services (RFC 8030, 8291)."""

import asyncio
import base64
import binascii
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from server.alerts.failure import DeliveryError
from server.alerts.message import Message
from server.alerts.safe_http import SafeHttpClient
from server.alerts.vapid import Vapid
from server.core.errors import CodedError
from server.storage.alerts.channels import Channel

KEEP_S = 3600
"""How long a push service keeps a message for a browser that is off: an alert of yesterday helps nobody."""
THREADS = 2
POINT_BYTES, AUTH_BYTES = 65, 16


def encode_keys(p256dh: str, auth: str) -> str:
    """The keys of a browser's subscription as a channel keeps them. Raises CodedError ``BAD_SUBSCRIPTION``."""
    try:
        point, secret = (_decode(text) for text in (p256dh, auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (binascii.Error, ValueError) as error:
        raise CodedError("BAD_SUBSCRIPTION", "The keys of this subscription cannot be read.") from error
    if (len(point), len(secret)) != (POINT_BYTES, AUTH_BYTES):
        raise CodedError("BAD_SUBSCRIPTION", "The keys of this subscription are of the wrong length.")
    return json.dumps({"p256dh": p256dh.rstrip("="), "auth": auth.rstrip("=")})


def _decode(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


class Push:
    """Sends pushes.

    Parameters
    ----------
    outside : SafeHttpClient
    vapid : Vapid
    """

    def __init__(self, outside: SafeHttpClient, vapid: Vapid) -> None:
        self._outside = outside
        self._vapid = vapid
        self._threads = ThreadPoolExecutor(THREADS, "encrypt push")

    async def send(self, channel: Channel, message: Message) -> None:
        """Encrypt the message for the browser and hand it to its push service. Raises DeliveryError."""
        body, headers = await asyncio.get_running_loop().run_in_executor(self._threads, self._seal, channel, message)
        status = await self._outside.post(channel.target, body, headers)
        if status in (404, 410):
            raise DeliveryError("GONE", "This browser does not take notifications any more.", gone=True)
        if not 200 <= status < 300:
            final = status in (400, 403, 413)
            raise DeliveryError("REFUSED", f"The push service answered with status {status}.", final=final)

    def _seal(self, channel: Channel, message: Message) -> tuple[bytes, dict[str, str]]:
        document = {
            "title": message.title,
            "text": message.text,
            "path": urlsplit(message.link).path,
            "thread": message.thread,
            "urgent": message.urgent,
        }
        keys: dict[str, str] = json.loads(channel.secret)
        sealed: bytes = http_ece.encrypt(
            json.dumps(document).encode(),
            private_key=ec.generate_private_key(ec.SECP256R1()),  # for this message alone
            dh=_decode(keys["p256dh"]),
            auth_secret=_decode(keys["auth"]),
            version="aes128gcm",
        )
        headers = {
            "Authorization": self._vapid.authorization(channel.target),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEEP_S),
            # A newer step of an alert replaces one that still waits for the browser.
            "Topic": message.thread[:32],
            "Urgency": "high" if message.urgent else "normal",
        }
        return sealed, headers

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)
