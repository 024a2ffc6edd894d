"""Cookies by which a browser is known again without anybody being signed in: random, signed, and no way in."""

import secrets

from itsdangerous import BadSignature, URLSafeSerializer
from quart import Response, after_this_request, current_app, request
from quart.typing import ResponseTypes

from server.api.http.context import services
from server.api.http.cookies import own_name, set_cookie

DEVICE_COOKIE = "crowdcount_device"
"""Of a browser that looked at an invitation."""
KNOWN_COOKIE = "crowdcount_known"
"""Of a browser that an account signed in with."""
YEAR_S = 365 * 86_400
RANDOM_BYTES = 16
MOST_ACCOUNTS = 4
"""That one browser is known of, the newest."""


def _is_safe() -> bool:
    return services().cookies.is_safe(request.scheme)


def _serializer(name: str) -> URLSafeSerializer:
    """Signs for one name: what was signed under the one is worth nothing under the other, as with sessions."""
    keys = [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.secret_key]
    return URLSafeSerializer(keys, salt=name)


def read_cookie(cookie: str) -> str | None:
    """What a cookie of ours says; None where there is none, or it is not ours.

    Over TLS only the one with `__Host-` counts: any page could have set the other.
    """
    name = own_name(cookie, safe=_is_safe())
    value = request.cookies.get(name)
    if not value:
        return None
    try:
        said = _serializer(name).loads(value)
    except BadSignature:
        return None
    return said if isinstance(said, str) else None


def _keep(response: Response, cookie: str, said: str) -> None:
    """Have the browser keep it for a year."""
    safe = _is_safe()
    value = _serializer(own_name(cookie, safe=safe)).dumps(said)
    set_cookie(response, cookie, str(value), YEAR_S, safe=safe)


def mark_device(response: Response) -> None:
    """Let this browser be told from others at its address; it keeps the mark that it has."""
    if read_cookie(DEVICE_COOKIE) is None:
        _keep(response, DEVICE_COOKIE, secrets.token_urlsafe(RANDOM_BYTES))


def known_accounts() -> dict[str, str]:
    """The accounts that this browser signed in to before, with its mark for each."""
    pairs = (one.partition(" ") for one in (read_cookie(KNOWN_COOKIE) or "").splitlines())
    return {user_id: mark for user_id, _, mark in pairs if mark}


def mark_known(user_id: str) -> None:
    """Let this browser be known as one that signed in to the account; it keeps the mark that it has."""

    @after_this_request
    async def mark(response: ResponseTypes) -> ResponseTypes:
        known = known_accounts()
        if isinstance(response, Response) and user_id not in known:
            known[user_id] = secrets.token_urlsafe(RANDOM_BYTES)
            newest = list(known.items())[-MOST_ACCOUNTS:]
            _keep(response, KNOWN_COOKIE, "\n".join(" ".join(pair) for pair in newest))
        return response
