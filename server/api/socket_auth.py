"""Who connects a socket: by the same cookie or the same access token as over HTTP."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Quart
from quart_auth import QuartAuth
from werkzeug.http import parse_cookie

from server.api.auth import COOKIE, SIGN_IN, cookie_secret, grant_by_token
from server.api.context import KEY, Services
from server.core.errors import CodedError
from server.origins import claimed_origin, origin_allowed
from server.storage.sessions import Grant, select_grant, session_id

SocketAuthenticator = Callable[[dict[str, Any], object], Awaitable[Grant]]


def handshake_origin_allowed(environ: dict[str, Any], allowed: tuple[str, ...]) -> bool:
    """Whether a page of this origin may connect."""
    origin = claimed_origin(environ.get("HTTP_ORIGIN"), environ.get("HTTP_REFERER"))
    # The scheme of the connection, or of a proxy that is trusted; the library's own takes anybody's word for it.
    scheme = str(environ.get("asgi.scope", {}).get("scheme", "")).replace("ws", "http", 1)
    return origin_allowed(origin, scheme, environ.get("HTTP_HOST", ""), allowed)


def socket_authenticator(app: Quart, auth: QuartAuth) -> SocketAuthenticator:
    """From a handshake's environ and `auth` argument to what they give."""

    async def authenticate(environ: dict[str, Any], credentials: object) -> Grant:
        """Raises CodedError ``UNAUTHENTICATED``, ``WRONG_ORIGIN`` or as a token says."""
        token = credentials.get("token") if isinstance(credentials, dict) else None
        if token is not None:
            async with app.app_context():
                return await grant_by_token(token)
        cookie = parse_cookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        secret = cookie_secret(app, auth, cookie) if cookie else None
        if secret is None:
            raise CodedError("UNAUTHENTICATED", SIGN_IN)
        services: Services = app.extensions[KEY]
        if not handshake_origin_allowed(environ, services.settings.allowed_origins):
            raise CodedError("WRONG_ORIGIN", "This connection came from another site, or did not say from where.")
        async with services.database.reading() as connection:
            grant = await select_grant(connection, session_id(secret), time.time())
        if grant is None:
            raise CodedError("UNAUTHENTICATED", SIGN_IN)
        return grant

    return authenticate
