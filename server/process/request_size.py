"""How large a request is before anything of it is read, and what that costs: large ones are work for the event loop."""

import re
from collections.abc import Mapping
from typing import Any

HEAD_BYTES = 16_384
"""Of the first line and all headers; browsers send one or two thousand."""
MOST_HEADERS = 100
MOST_BODY = 65_536
"""What is larger is refused, or, on a socket that polls, counted elsewhere."""
SOCKETS = "/socket.io/"
_FREE_BYTES, _FREE_HEADERS = 4_096, 40
_BYTES_OF_ONE, _HEADERS_OF_ONE = 1_024, 4
"""Beyond what is free, so much takes the processor time of about one small request more."""
_END_OF_HEAD = re.compile(rb"(?:^|\n)\r?\n")


class RequestSize:
    """The size of a request.

    Parameters
    ----------
    scope : mapping
        Of ASGI: a request, or a WebSocket that opens.
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        headers: list[tuple[bytes, bytes]] = scope.get("headers", [])
        target = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
        self._count = len(headers)
        self._head = target + sum(len(name) + len(value) + 4 for name, value in headers)
        polls = str(scope.get("path", "")).startswith(SOCKETS)
        self._body = 0 if polls else _declared(dict(headers))

    @property
    def too_large(self) -> bool:
        """Whether its headers are more than any client of ours sends."""
        return self._head > HEAD_BYTES or self._count > MOST_HEADERS

    @property
    def cost(self) -> float:
        """As how many small requests it counts, at least 1."""
        octets = max(0, self._head - _FREE_BYTES) + max(0, self._body - _FREE_BYTES)
        return 1 + octets / _BYTES_OF_ONE + max(0, self._count - _FREE_HEADERS) / _HEADERS_OF_ONE


def _declared(headers: Mapping[bytes, bytes]) -> int:
    """Bytes of the body as the headers say; one without a length may have the most."""
    if b"transfer-encoding" in headers:
        return MOST_BODY
    length = headers.get(b"content-length", b"0")
    return min(MOST_BODY, int(length)) if length.isdigit() and len(length) < 20 else MOST_BODY


def head_is_too_large(data: bytes) -> bool:
    """Whether the first bytes of a request have no end of the headers where there must be one."""
    return len(data) > HEAD_BYTES and _END_OF_HEAD.search(data, 0, HEAD_BYTES) is None
