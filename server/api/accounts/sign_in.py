"""Beginning and ending sessions."""

import secrets
import time

from quart import g, request
from quart_auth import AuthUser, current_user, login_user, logout_user
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.authentication import require_same
from server.api.accounts.devices import device_name
from server.api.http.audit import record, request_origin
from server.api.http.auth import find_grant
from server.api.http.context import services
from server.api.http.cookies import DAY_S
from server.api.http.device_cookies import mark_known
from server.common.admissions import let_in
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.accounts.sessions import (
    EndReason,
    Grant,
    Session,
    SessionKind,
    end_session,
    end_sessions,
    end_surplus,
    insert_session,
    select_sessions,
    session_id,
)
from server.storage.accounts.users import Login, User

MOST_SESSIONS = 200
"""Of a user: programs that sign in each time would make the page of sessions, and the database, grow without end."""


async def begin_session(connection: AsyncConnection, login: Login, kind: SessionKind) -> tuple[str, Session]:
    """Store a new session. Returns the secret that names it, and the session.

    Parameters
    ----------
    connection : AsyncConnection
        In a write transaction.
    login : Login
        As its password was checked.

    Raises
    ------
    APIError
        401 ``WRONG_CREDENTIALS`` or 403 ``ACCOUNT_DISABLED`` when that is so no more.
    """
    await require_same(connection, login)
    now, secret, origin = time.time(), secrets.token_urlsafe(32), request_origin()
    session = Session(
        id=session_id(secret),
        user_id=login.user.id,
        kind=kind,
        created_at=now,
        last_seen_at=now,
        expires_at=now + services().settings.session_days * DAY_S,
        address=origin.address,
        device=origin.device,
    )
    await insert_session(connection, session)
    await end_surplus(connection, login.user.id, MOST_SESSIONS, now)  # connections fall as with any other end
    await record(connection, login.user.id, Action.SIGNED_IN, target=kind)
    return secret, session


async def sign_in(login: Login) -> None:
    """Begin a session of this browser and set its cookie. Raises APIError as `begin_session`."""
    async with services().database.writing() as connection:
        secret, session = await begin_session(connection, login, SessionKind.BROWSER)
    # A session from before this sign-in must not live on beside it.
    await sign_out()
    keep_session(login.user, secret, session)


def keep_session(user: User, secret: str, session: Session) -> None:
    """Let this browser have the session."""
    login_user(AuthUser(secret), remember=True)
    mark_known(user.id)
    g.grant = Grant(user, session.id, session.expires_at)
    let_in(request.scope, user.id)


async def sign_out() -> None:
    """End the session of this request, its live connections included."""
    grant = await find_grant()
    if grant is None:
        forget_cookie()
        return
    async with services().database.writing() as connection:
        await end_session(connection, grant.user.id, grant.session_id, EndReason.SIGNED_OUT, time.time())
        await record(connection, grant.user.id, Action.SIGNED_OUT)
    forget_cookie()
    await services().sessions_ended([grant.session_id], EndReason.SIGNED_OUT)


async def where_from(connection: AsyncConnection, user: User, session: str, now: float) -> tuple[str, str]:
    """Device and address of one of the user's open sessions, by which people know it; empty for another's."""
    for one in await select_sessions(connection, user.id, now):
        if one.id == session:
            return device_name(one.device), one.address
    return "", ""


async def end_one(user: User, session: str) -> bool:
    """End one of the user's sessions, wherever it is. Returns whether there was one."""
    now = time.time()
    async with services().database.writing() as connection:
        device, address = await where_from(connection, user, session, now)
        ended = await end_session(connection, user.id, session, EndReason.ENDED_ELSEWHERE, now)
        if ended:
            await record(connection, user.id, Action.SESSION_ENDED, target=device, detail=address)
    if ended:
        await services().sessions_ended([session], EndReason.ENDED_ELSEWHERE)
    return ended


async def sign_out_everywhere(user: User) -> None:
    """End every session of the user, this one included."""
    async with services().database.writing() as connection:
        ended = await end_sessions(connection, user.id, EndReason.ENDED_ELSEWHERE, time.time())
        await record(connection, user.id, Action.SIGNED_OUT_EVERYWHERE, detail=N_(f"{len(ended)} sessions"))
    forget_cookie()
    await services().sessions_ended(ended, EndReason.ENDED_ELSEWHERE)


def forget_cookie() -> None:
    """Take the cookie away, if the browser has one."""
    if current_user.auth_id is not None:
        logout_user()
    g.grant = None
