"""Which web pages may talk to this server."""

from collections.abc import Collection


def origin_allowed(origin: str | None, own_scheme: str, own_host: str, others: Collection[str]) -> bool:
    """Whether a request of this Origin may change anything.

    Parameters
    ----------
    origin : str or None
        The Origin header. Browsers send it with every handshake and form of another site; without one the request
        does not come from another site's page.
    own_scheme, own_host : str
        How the request itself addressed this server.
    others : collection of str
        Further origins that the operator allows.
    """
    return origin is None or origin == f"{own_scheme}://{own_host}" or origin in others
