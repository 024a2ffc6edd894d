"""Which web pages may talk to this server."""

import re
import socket
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

NOT_FOR_SALE = (".localhost", ".local", ".internal", ".home.arpa")
"""Endings that public DNS does not have (RFC 6761, RFC 6762, RFC 8375)."""


LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?:{LABEL}(?:\.{LABEL})*\.?|\[[0-9a-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?", re.IGNORECASE | re.ASCII)


def is_host(header: str) -> bool:
    """Whether a `Host` is a name or an address with or without a port: no user, no path, nothing to be decoded."""
    return HOST.fullmatch(header) is not None


def claimed_origin(origin: str | None, referer: str | None) -> str | None:
    """Where a request says it comes from.

    Browsers send `Origin` with every handshake, form and script of another site. They leave it out of same-origin
    reads, long polling among them; those carry a `Referer`, which a page cannot forge either.
    """
    if origin or not referer:
        return origin
    try:
        parts = urlsplit(referer)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}"


def name_is_ours(own_scheme: str, own_host: str) -> bool:
    """Whether a page that calls this server by such a name is the server's own.

    A foreign page can let its own name lead to an address in a private network (DNS rebinding), and is of the same
    origin then. It cannot have a certificate of that name here, nor be called by an address or by a name that nobody
    can buy.

    Parameters
    ----------
    own_scheme, own_host : str
        How the request addressed this server.
    """
    if own_scheme == "https":
        return True
    try:
        name = (urlsplit(f"//{own_host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if "." not in name or name.endswith(NOT_FOR_SALE):
        return bool(name)
    return name == socket.gethostname().lower() or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def origin_allowed(origin: str | None, own_scheme: str, own_host: str, others: Collection[str]) -> bool:
    """Whether a request of this origin may change anything.

    Parameters
    ----------
    origin : str or None
        By `claimed_origin`; a request that does not say is not allowed.
    own_scheme, own_host : str
        How the request itself addressed this server.
    others : collection of str
        Further origins that the operator allows.
    """
    if origin is None or origin in others:
        return origin is not None
    return origin == f"{own_scheme}://{own_host}" and name_is_ours(own_scheme, own_host)
