"""Who asks: the cookie names a session row, the row names the user."""

import secrets
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

from quart import Quart, g, redirect, request
from quart_auth import AuthUser, QuartAuth, current_user, login_user, logout_user
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response as WerkzeugResponse

from server.api.context import KEY, services
from server.api.errors import APIError
from server.storage.sessions import delete_expired_sessions, delete_session, insert_session, select_session_user
from server.storage.sessions import session_id as key_of
from server.storage.users import User

P = ParamSpec("P")
T = TypeVar("T")
DAY_S = 86_400


def install_auth(app: Quart, *, secure: bool, days: int) -> QuartAuth:
    """Let the app set and read the session cookie."""
    return QuartAuth(
        app, cookie_name="crowdcount_session", cookie_secure=secure, cookie_samesite="Lax", duration=days * DAY_S
    )


async def find_user() -> User | None:
    """The user of this request; asked of the database once."""
    if "user" not in g:
        g.user = None
        secret = current_user.auth_id
        if secret is not None:
            async with services().database.reading() as connection:
                g.user = await select_session_user(connection, secret, time.time())
    found: User | None = g.user
    return found


async def require_user() -> User:
    """The user of this request. Raises APIError ``UNAUTHENTICATED``."""
    user = await find_user()
    if user is None:
        raise APIError(401, "UNAUTHENTICATED", "Sign in first.")
    return user


def page_for_users(view: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T | WerkzeugResponse]]:
    """A page that sends strangers to the sign-in page and back."""

    @wraps(view)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> T | WerkzeugResponse:
        if await find_user() is None:
            return redirect("/login?next=" + quote(request.full_path.removesuffix("?"), safe=""))
        return await view(*args, **kwargs)

    return wrapped


async def sign_in(user: User) -> None:
    """Begin a session and set its cookie."""
    now = time.time()
    secret = secrets.token_urlsafe(32)
    # A session from before this sign-in must not live on beside it.
    await sign_out()
    async with services().database.writing() as connection:
        await delete_expired_sessions(connection, now)
        await insert_session(
            connection,
            secret,
            user.id,
            now=now,
            expires_at=now + services().settings.session_days * DAY_S,
            address=request.remote_addr or "",
            device=request.headers.get("User-Agent", ""),
        )
    login_user(AuthUser(secret), remember=True)
    g.user = user


async def sign_out() -> None:
    """End the session of this request, its live connections included."""
    secret = current_user.auth_id
    if secret is None:
        return
    async with services().database.writing() as connection:
        await delete_session(connection, secret)
    logout_user()
    g.user = None
    await services().session_ended(key_of(secret))


def socket_authenticator(app: Quart, auth: QuartAuth) -> Callable[[dict[str, Any]], Awaitable[tuple[User, str] | None]]:
    """From a handshake's environ to its user and session key, by the same cookie."""

    async def authenticate(environ: dict[str, Any]) -> tuple[User, str] | None:
        cookie = parse_cookie(environ.get("HTTP_COOKIE", "")).get(auth.cookie_name or "")
        secret = auth.load_token(cookie, app) if cookie else None
        if secret is None:
            return None
        database = app.extensions[KEY].database
        async with database.reading() as connection:
            user = await select_session_user(connection, secret, time.time())
        return (user, key_of(secret)) if user else None

    return authenticate
