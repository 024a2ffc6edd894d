"""The audit log: who did what, when, from where."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.i18n.markers import N_
from server.storage.schema import LAST_NUMBER, audit


class Action(StrEnum):
    """What can be done."""

    REGISTERED = "registered"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - an action, not a token
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an action, not a password
    PASSWORD_CHECK_FAILED = "password_check_failed"  # noqa: S105 - an action, not a password
    PROFILE_CHANGED = "profile_changed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"
    ROLE_CHANGED = "role_changed"
    CAMERA_ADDED = "camera_added"
    CAMERA_RENAMED = "camera_renamed"
    CAMERA_DELETED = "camera_deleted"
    PLAN_CHANGED = "plan_changed"
    LIMITS_CHANGED = "limits_changed"
    COUNTERS_RESET = "counters_reset"
    STILLS_ON = "stills_on"
    STILLS_OFF = "stills_off"
    STILL_DELETED = "still_deleted"
    CHANNEL_ADDED = "channel_added"
    CHANNEL_CONFIRMED = "channel_confirmed"
    CHANNEL_CHANGED = "channel_changed"
    CHANNEL_TESTED = "channel_tested"
    CHANNEL_DELETED = "channel_deleted"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_CLAIMED = "alert_claimed"
    ROOM_ADDED = "room_added"
    ROOM_RENAMED = "room_renamed"
    ROOM_DELETED = "room_deleted"
    ROOM_JOINED = "room_joined"
    ROOM_LEFT = "room_left"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REMOVED = "member_removed"
    INVITE_ADDED = "invite_added"
    INVITE_REVOKED = "invite_revoked"
    CAMERA_PLACED = "camera_placed"
    CAMERA_TAKEN_OUT = "camera_taken_out"
    AREA_CHANGED = "area_changed"
    STATUS_PAGE_OPENED = "status_page_opened"
    STATUS_PAGE_CLOSED = "status_page_closed"
    RECORDING_ADDED = "recording_added"
    RECORDING_CHANGED = "recording_changed"
    RECORDING_DELETED = "recording_deleted"
    RUN_ADDED = "run_added"
    RUN_DELETED = "run_deleted"
    HISTORY_EXPORTED = "history_exported"
    AUDIT_EXPORTED = "audit_exported"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was done from: a network address and what the device says of itself."""

    address: str
    device: str


CONSOLE = Origin("", N_("command line of the server"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `at`: Unix seconds."""

    id: int
    at: float
    action: str
    target: str
    detail: str
    address: str
    device: str


async def insert_audit(
    connection: AsyncConnection,
    user_id: str | None,
    action: Action,
    origin: Origin,
    now: float,
    *,
    target: str = "",
    detail: str = "",
) -> None:
    """Write an entry, in the transaction of what it tells about.

    Parameters
    ----------
    user_id : str or None
        Whose log it is; None for what outlives its account.
    target, detail : str
        What it was done to and how, for people; cut to the length of the columns.
    """
    await connection.execute(
        insert(audit).values(
            at=now,
            user_id=user_id,
            action=action,
            target=target[:200],
            detail=detail[:300],
            address=origin.address[:64],
            device=origin.device[:256],
        )
    )


async def select_audit(
    connection: AsyncConnection, user_id: str, limit: int | None = None, before: int | None = None
) -> list[Entry]:
    """A user's log, newest first; `before` is the id of the last entry of the page before."""
    columns = (audit.c.id, audit.c.at, audit.c.action, audit.c.target, audit.c.detail, audit.c.address, audit.c.device)
    query = select(*columns).where(audit.c.user_id == user_id).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < min(before, LAST_NUMBER))
    return [Entry(**row._mapping) for row in await connection.execute(query)]


async def select_sign_up_address(connection: AsyncConnection, user_id: str, since: float) -> str | None:
    """Where an account was made; None for one that is older, or was made on the command line."""
    query = select(audit.c.address).where(
        audit.c.user_id == user_id, audit.c.action == Action.REGISTERED, audit.c.at >= since
    )
    return (await connection.execute(query)).scalars().first() or None


async def select_opened(connection: AsyncConnection, user_id: str, since: float) -> bool:
    """Whether the command line of the server let an account in again: enabled it, or gave it a password."""
    query = select(audit.c.id).where(
        audit.c.user_id == user_id,
        audit.c.at >= since,
        audit.c.device == CONSOLE.device,
        audit.c.action.in_((Action.ACCOUNT_ENABLED, Action.PASSWORD_CHANGED)),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def delete_old_audit(connection: AsyncConnection, before: float) -> None:
    """Remove entries older than that time."""
    await connection.execute(delete(audit).where(audit.c.at < before))
