"""Who asks: a cookie or an access token names a session row, the row names the user."""

import time

from quart import g, request
from quart_auth import AuthUser, login_user
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.tokens import TokenError, TokenType
from server.common.admissions import let_in
from server.i18n.markers import N_
from server.storage.accounts.sessions import WHY, EndReason, Grant, select_grant, select_over, session_id
from server.storage.accounts.users import User

SIGN_IN = N_("Sign in first.")
SIGN_IN_AGAIN = N_("Sign in again.")
NO_WAY_BACK = {EndReason.ACCOUNT_DELETED: "", EndReason.ACCOUNT_DISABLED: N_("Ask who runs this server.")}
"""What to do after these ends of a session instead."""


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header; None for another scheme or no header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def find_grant() -> Grant | None:
    """By which session this request is allowed; asked of the database once."""
    if "grant" not in g:
        g.grant, g.refusal = None, None
        token = bearer_token(request.headers.get("Authorization"))
        try:
            g.grant = await (_by_cookie() if token is None else grant_by_token(token))
        except TokenError as error:
            g.refusal = error
        if g.grant is not None:
            services().session_seen(g.grant.session_id)
            let_in(request.scope, g.grant.user.id)
    found: Grant | None = g.grant
    return found


async def _by_cookie() -> Grant | None:
    auth = services().cookies
    secret, old = auth.find(request.cookies, safe=auth.is_safe(request.scheme))
    if secret is None:
        return None
    now = time.time()
    async with services().database.reading() as connection:
        grant = await select_grant(connection, session_id(secret), now)
        if grant is None:
            await _learn_why(connection, session_id(secret), now)
        elif old:
            login_user(AuthUser(secret), remember=True)  # the same session, under the name that is safe
    return grant


async def _learn_why(connection: AsyncConnection, session: str, now: float) -> None:
    """Note for `why_signed_out` why a session is over."""
    g.end_reason = (await select_over(connection, [session], now)).get(session)
    g.departed = session in services().departed


async def grant_by_token(token: object) -> Grant:
    """What an access token gives: never more than its session. Raises TokenError."""
    claims = services().tokens.read(TokenType.ACCESS, token)
    async with services().database.reading() as connection:
        grant = await select_grant(connection, claims.session_id, time.time())
    if grant is None or grant.user.id != claims.user_id:
        raise TokenError
    return Grant(grant.user, grant.session_id, min(grant.expires_at, claims.expires_at))


def why_signed_out() -> str | None:
    """Why the session of this browser is over, when it is, and what to do now; known after `find_grant`."""
    reason: EndReason | None = g.get("end_reason")
    if reason is None or reason is EndReason.SIGNED_OUT:
        return None
    if reason is EndReason.ACCOUNT_DELETED and not g.departed:
        # No row: deleted with its account, or over for more than a day and cleared away.
        return f"{N_('The account was deleted, or this session ended more than a day ago.')} {SIGN_IN_AGAIN}"
    return f"{WHY[reason]} {NO_WAY_BACK.get(reason, SIGN_IN_AGAIN)}".rstrip()


def unauthenticated() -> APIError:
    """What a request without a valid session is answered."""
    refusal: TokenError | None = g.get("refusal")
    if refusal is not None:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return APIError(401, refusal.code, refusal.message, headers=challenge)
    return APIError(401, "UNAUTHENTICATED", why_signed_out() or SIGN_IN, headers={"WWW-Authenticate": "Bearer"})


async def require_grant() -> Grant:
    """By which session this request is allowed. Raises APIError 401."""
    grant = await find_grant()
    if grant is None:
        raise unauthenticated()
    return grant


async def require_open(connection: AsyncConnection, grant: Grant) -> None:
    """That the session of this request is open still, as its transaction sees it. Raises APIError 401."""
    now = time.time()
    if await select_grant(connection, grant.session_id, now) is None:
        g.grant = None
        await _learn_why(connection, grant.session_id, now)
        raise unauthenticated()


async def over_meanwhile() -> APIError | None:
    """What a request is answered whose session ended, or whose account went, while it was worked on."""
    grant: Grant | None = g.get("grant")
    if grant is None:
        return None
    try:
        async with services().database.reading() as connection:
            await require_open(connection, grant)
    except APIError as error:
        return error
    return None


async def find_user() -> User | None:
    """The user of this request."""
    grant = await find_grant()
    return grant.user if grant else None


async def require_user() -> User:
    """The user of this request. Raises APIError 401."""
    return (await require_grant()).user
