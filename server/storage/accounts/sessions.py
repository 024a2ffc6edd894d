"""Sessions in the database: what a cookie or a token names, so that signing out holds on every web process."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.i18n.markers import N_
from server.storage.accounts.users import User, read_user
from server.storage.schema import sessions, users

MOST_IDS = 500
"""Ids in one query; databases bound the number of parameters."""


class SessionKind(StrEnum):
    """Who holds the session."""

    BROWSER = "browser"
    PROGRAM = "program"


class EndReason(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
    ROLE_CHANGED = "role_changed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_DELETED = "account_deleted"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason, not a token
    TOO_MANY = "too_many"
    RESTORED = "restored"
    EXPIRED = "expired"
    INVITE_REVOKED = "invite_revoked"  # from here on: of guests, which have no session
    INVITE_EXPIRED = "invite_expired"
    CAMERA_REMOVED = "camera_removed"


OF_GUESTS = frozenset({EndReason.INVITE_REVOKED, EndReason.INVITE_EXPIRED, EndReason.CAMERA_REMOVED})

WHY = {
    EndReason.SIGNED_OUT: N_("You signed out."),
    EndReason.ENDED_ELSEWHERE: N_("This session was ended from another device."),
    EndReason.PASSWORD_CHANGED: N_("The password was changed."),
    EndReason.ROLE_CHANGED: N_("Your role was changed."),
    EndReason.ACCOUNT_DISABLED: N_("This account is disabled."),
    EndReason.ACCOUNT_DELETED: N_("This account was deleted."),
    EndReason.TOKEN_REUSED: N_("A refresh token was used twice, so its session was ended."),
    EndReason.TOO_MANY: N_("This session was ended because the account has too many newer ones."),
    EndReason.RESTORED: N_("The server was put back to a backup."),
    EndReason.EXPIRED: N_("The session has expired."),
    EndReason.INVITE_REVOKED: N_("The invitation was withdrawn."),
    EndReason.INVITE_EXPIRED: N_("The invitation has expired."),
    EndReason.CAMERA_REMOVED: N_("This camera was removed from the room."),
}
"""For people."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session. Times are Unix seconds.

    Attributes
    ----------
    id : str
        SHA-256 of the secret that its holder has.
    """

    id: str
    user_id: str
    kind: SessionKind
    created_at: float
    last_seen_at: float
    expires_at: float
    address: str
    device: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a credential gives: to whom, by which session, until when (Unix seconds)."""

    user: User
    session_id: str
    expires_at: float


def session_id(secret: str) -> str:
    """The key under which a session is stored; the secret itself stays with the browser."""
    return sha256(secret.encode()).hexdigest()


def _read(row: Row[*tuple[Any, ...]]) -> Session:
    return Session(
        row.session_key,
        row.user_id,
        SessionKind(row.kind),
        row.created_at,
        row.last_seen_at,
        row.expires_at,
        row.address,
        row.device,
    )


_COLUMNS = (
    sessions.c.id.label("session_key"),
    sessions.c.user_id,
    sessions.c.kind,
    sessions.c.created_at,
    sessions.c.last_seen_at,
    sessions.c.expires_at,
    sessions.c.address,
    sessions.c.device,
)


async def insert_session(connection: AsyncConnection, session: Session) -> None:
    """Begin a session."""
    await connection.execute(
        insert(sessions).values(
            id=session.id,
            user_id=session.user_id,
            kind=session.kind,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            address=session.address[:64],
            device=session.device[:256],
        )
    )


async def select_grant(connection: AsyncConnection, session: str, now: float) -> Grant | None:
    """Whose session this is, if it is still valid."""
    row = (
        await connection.execute(
            select(users, sessions.c.expires_at)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(
                sessions.c.id == session,
                sessions.c.ended_at.is_(None),
                sessions.c.expires_at > now,
                users.c.disabled_at.is_(None),
            )
        )
    ).first()
    return Grant(read_user(row), session, row.expires_at) if row else None


async def select_over(connection: AsyncConnection, ids: Collection[str], now: float) -> dict[str, EndReason]:
    """Which of these sessions are over, and why. One that is gone altogether went with its account."""
    found: dict[str, EndReason | None] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), MOST_IDS):
        query = (
            select(
                sessions.c.id, sessions.c.ended_at, sessions.c.end_reason, sessions.c.expires_at, users.c.disabled_at
            )
            .join(users, sessions.c.user_id == users.c.id)
            .where(sessions.c.id.in_(wanted[start : start + MOST_IDS]))
        )
        for row in await connection.execute(query):
            found[row.id] = _over(row, now)
    reasons = {one: found.get(one, EndReason.ACCOUNT_DELETED) for one in wanted}
    return {one: reason for one, reason in reasons.items() if reason is not None}


def _over(row: Row[*tuple[Any, ...]], now: float) -> EndReason | None:
    if row.ended_at is not None:
        return EndReason(row.end_reason)
    if row.disabled_at is not None:
        return EndReason.ACCOUNT_DISABLED
    return EndReason.EXPIRED if row.expires_at <= now else None


async def select_sessions(connection: AsyncConnection, user_id: str, now: float) -> list[Session]:
    """The open sessions of a user, the last seen first."""
    rows = await connection.execute(
        select(*_COLUMNS)
        .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
        .order_by(sessions.c.last_seen_at.desc(), sessions.c.created_at.desc(), sessions.c.id)
    )
    return [_read(row) for row in rows]


async def select_session_addresses(connection: AsyncConnection, user_id: str) -> list[str]:
    """Where the sessions of a user began that are open, or ended a short while ago."""
    query = select(sessions.c.address).where(sessions.c.user_id == user_id).distinct()
    return list((await connection.execute(query)).scalars())


async def end_session(connection: AsyncConnection, user_id: str, session: str, reason: EndReason, now: float) -> bool:
    """End one of the user's sessions. Returns whether there was such an open one."""
    query = (
        update(sessions)
        .where(sessions.c.id == session, sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )
    return (await connection.execute(query)).rowcount == 1


async def end_sessions(connection: AsyncConnection, user_id: str, reason: EndReason, now: float) -> list[str]:
    """End every open session of a user. Returns their ids."""
    mine = (sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
    ids = list((await connection.execute(select(sessions.c.id).where(*mine))).scalars())
    await connection.execute(update(sessions).where(*mine).values(ended_at=now, end_reason=reason))
    return ids


async def end_surplus(connection: AsyncConnection, user_id: str, keep: int, now: float) -> None:
    """End the open sessions of a user that were not seen for longest, but for so many."""
    mine = (sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
    newest_first = select(sessions.c.id).where(*mine).order_by(sessions.c.last_seen_at.desc(), sessions.c.id)
    surplus = list((await connection.execute(newest_first.offset(keep).limit(MOST_IDS))).scalars())
    query = update(sessions).where(sessions.c.id.in_(surplus))
    await connection.execute(query.values(ended_at=now, end_reason=EndReason.TOO_MANY))


async def touch_sessions(connection: AsyncConnection, seen: Mapping[str, float]) -> None:
    """Note when sessions were last seen."""
    for session, at in seen.items():
        await connection.execute(update(sessions).where(sessions.c.id == session).values(last_seen_at=at))


async def delete_old_sessions(connection: AsyncConnection, before: float) -> None:
    """Remove what was over before that time; refresh tokens go with it."""
    over = (sessions.c.expires_at <= before) | (sessions.c.ended_at <= before)
    await connection.execute(delete(sessions).where(over))
