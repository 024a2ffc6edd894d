"""Who connects a socket: by the same cookie or the same access token as over HTTP."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Quart
from werkzeug.http import parse_cookie

from server.api.http.auth import SIGN_IN, grant_by_token
from server.api.http.context import KEY, Services
from server.api.http.cookies import GUEST, value_of
from server.common.origins import claimed_origin, origin_allowed
from server.core.errors import CodedError
from server.storage.accounts.sessions import Grant, select_grant, session_id
from server.storage.rooms.guests import GuestGrant, guest_id, select_guest

SocketAuthenticator = Callable[[dict[str, Any], object], Awaitable[Grant | GuestGrant]]


def handshake_origin_allowed(environ: dict[str, Any], allowed: tuple[str, ...]) -> bool:
    """Whether a page of this origin may connect."""
    origin = claimed_origin(environ.get("HTTP_ORIGIN"), environ.get("HTTP_REFERER"))
    # The scheme of the connection, or of a proxy that is trusted; the library's own takes anybody's word for it.
    scheme = str(environ.get("asgi.scope", {}).get("scheme", "")).replace("ws", "http", 1)
    return origin_allowed(origin, scheme, environ.get("HTTP_HOST", ""), allowed)


def socket_authenticator(app: Quart) -> SocketAuthenticator:
    """From a handshake's environ and `auth` argument to what they give."""

    async def authenticate(environ: dict[str, Any], credentials: object) -> Grant | GuestGrant:
        """Raises CodedError ``UNAUTHENTICATED``, ``WRONG_ORIGIN`` or as a token says."""
        given = credentials if isinstance(credentials, dict) else {}
        services: Services = app.extensions[KEY]
        if given.get("token") is not None:
            async with app.app_context():
                return await grant_by_token(given["token"])
        if given.get("camera_token") is not None:
            return await _guest(services, given["camera_token"])
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
        safe = services.cookies.is_safe(str(environ.get("asgi.scope", {}).get("scheme", "")))
        secret, _ = services.cookies.find(cookies, app, safe=safe)
        device, _ = value_of(cookies, GUEST, safe=safe)
        if secret is None and device is None:
            raise CodedError("UNAUTHENTICATED", SIGN_IN)
        if not handshake_origin_allowed(environ, services.settings.known_origins):
            raise CodedError("WRONG_ORIGIN", "This connection came from another site, or did not say from where.")
        if secret is None:
            return await _guest(services, device)
        async with services.database.reading() as connection:
            grant = await select_grant(connection, session_id(secret), time.time())
        if grant is None:
            raise CodedError("UNAUTHENTICATED", SIGN_IN)
        return grant

    return authenticate


async def _guest(services: Services, token: object) -> GuestGrant:
    """What a device's token gives."""
    if isinstance(token, str):
        async with services.database.reading() as connection:
            grant = await select_guest(connection, guest_id(token), time.time())
        if grant is not None:
            return grant
    raise CodedError("UNAUTHENTICATED", "This device is not invited any more. Follow a new invitation.")
