"""Cookies by which a browser is known again without anybody being signed in: random, signed, and no way in."""

import secrets

from itsdangerous import BadSignature, URLSafeSerializer
from quart import Response, current_app, request

from server.api.context import services

DEVICE_COOKIE = "crowdcount_device"
"""Of a browser that looked at an invitation."""
KNOWN_COOKIE = "crowdcount_known"
"""Of a browser that an account signed in with."""
YEAR_S = 365 * 86_400
RANDOM_BYTES = 16


def _serializer(cookie: str) -> URLSafeSerializer:
    keys = [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.secret_key]
    return URLSafeSerializer(keys, salt=cookie)


def read_cookie(cookie: str) -> str | None:
    """What a cookie of ours says; None where there is none, or it is not ours."""
    value = request.cookies.get(cookie)
    if not value:
        return None
    try:
        said = _serializer(cookie).loads(value)
    except BadSignature:
        return None
    return said if isinstance(said, str) else None


def set_cookie(response: Response, cookie: str, said: str) -> None:
    """Have the browser keep it for a year."""
    secure = services().settings.secure_cookies or request.is_secure
    value = _serializer(cookie).dumps(said)
    response.set_cookie(cookie, str(value), max_age=YEAR_S, httponly=True, secure=secure, samesite="Lax")


def mark_device(response: Response) -> None:
    """Let this browser be told from others at its address; it keeps the mark that it has."""
    if read_cookie(DEVICE_COOKIE) is None:
        set_cookie(response, DEVICE_COOKIE, secrets.token_urlsafe(RANDOM_BYTES))
