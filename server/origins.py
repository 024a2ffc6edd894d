"""Which web pages may talk to this server."""

from collections.abc import Collection
from urllib.parse import urlsplit


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
    return origin is not None and (origin == f"{own_scheme}://{own_host}" or origin in others)
