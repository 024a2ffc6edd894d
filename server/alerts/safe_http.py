"""HTTP to addresses that users gave: bounded in every way, and never to where they must not lead."""

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from yarl import URL

from server.alerts.addresses import may_connect
from server.alerts.failure import DeliveryError
from server.alerts.targets import as_literal

TIMEOUT_S = 10.0
NAME_S = 3.0
"""After how long a name that nothing may be sent to is refused: one of this network is looked up sooner than one that
does not exist, and the time must not tell which it is."""
LOOKUPS = 4
UNKNOWN_NAME = "UNKNOWN_NAME"


class ForbiddenAddressError(OSError):
    """A name leads to where nothing may be sent."""


class GuardedResolver(AbstractResolver):
    """Looks names up in threads of its own, so that a slow name server holds up nothing else."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._threads = ThreadPoolExecutor(LOOKUPS, "look up")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of a name. Raises ForbiddenAddressError if any of them is out of bounds."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._look_up, host, port, family)
        for entry in found:
            if not may_connect(entry["host"], allow_private=self._allow_private):
                raise ForbiddenAddressError(host)
        return found

    def _look_up(self, host: str, port: int, family: int) -> list[ResolveResult]:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=0)
            for kind, _type, proto, _name, address in infos
        ]

    async def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class SafeHttpClient:
    """Sends requests to servers that users named.

    No redirects, cookies or proxies; nothing of an answer is read but its status; at most 10 s for everything.

    Parameters
    ----------
    allow_private : bool
        Whether this machine and private networks may be sent to.
    timeout_s : float
        For everything.
    trust : SSLContext, optional
        Whose certificates count; without it those that the system trusts.
    """

    def __init__(self, allow_private: bool, timeout_s: float = TIMEOUT_S, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._resolver: GuardedResolver | None = None
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the session; in the loop that uses it."""
        self._resolver = GuardedResolver(self._allow_private)
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            use_dns_cache=False,
            force_close=True,
            limit=0,  # who sends bounds itself
            socket_factory=self._make_socket,
            ssl=self._trust or True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
            auto_decompress=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None and self._resolver is not None:
            await self._session.close()
            await self._resolver.close()

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Send and return the status. Raises DeliveryError when there is none."""
        assert self._session is not None, "open() comes first"
        literal = as_literal(URL(url).host or "")
        if literal is not None and not may_connect(literal, allow_private=self._allow_private):
            raise DeliveryError("PRIVATE_ADDRESS", "Nothing was sent: this leads to a private or reserved address.")
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                response.close()  # unread: its body is of no interest and may be endless
                return response.status
        except TimeoutError as error:
            raise DeliveryError("TIMEOUT", f"No answer came within {self._timeout_s:g} seconds.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = explain(error)
            if failure.code == UNKNOWN_NAME:
                await asyncio.sleep(began + min(NAME_S, self._timeout_s) - loop.time())
            raise failure from error

    def _make_socket(self, info: AddrInfoType) -> socket.socket:
        """The last gate: the very address that is about to be connected to, however it was found."""
        family, kind, proto, _name, address = info
        if not may_connect(str(address[0]), allow_private=self._allow_private):
            raise ForbiddenAddressError(address[0])
        return socket.socket(family, kind, proto)


def explain(error: Exception) -> DeliveryError:
    """What a failed request means, in one sentence without details of the network behind this server."""
    inner: Any = getattr(error, "os_error", error)
    # One answer for both: the other would tell which names there are in the network behind this server.
    if isinstance(inner, ForbiddenAddressError) or isinstance(error, aiohttp.ClientConnectorDNSError):
        return DeliveryError(UNKNOWN_NAME, "There is no server of this name that may be sent to.")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return DeliveryError("BAD_CERTIFICATE", "Its certificate is not trusted.")
    if isinstance(error, aiohttp.ClientConnectorError):
        return DeliveryError("UNREACHABLE", "It could not be connected to.")
    return DeliveryError("BROKEN", "The connection broke before there was an answer.")
