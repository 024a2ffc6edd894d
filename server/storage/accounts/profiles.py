"""Profiles: what users may tell about themselves, and what an account holds."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import of_no_run
from server.storage.schema import alerts, audit, cameras, channels, recordings, rooms, sessions, streams, users


@dataclass(frozen=True, slots=True)
class Profile:
    """What a user told; each may be missing."""

    date_of_birth: date | None
    place: str | None
    gender: str | None


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """How much belongs to an account and goes with it."""

    cameras: int
    recordings: int
    rooms: int
    streams: int
    alerts: int
    channels: int
    sessions: int
    audit_entries: int


async def select_profile(connection: AsyncConnection, user_id: str) -> tuple[Profile, float]:
    """A user's profile, and when the account was made (Unix seconds)."""
    query = select(users.c.date_of_birth, users.c.place, users.c.gender, users.c.created_at)
    row = (await connection.execute(query.where(users.c.id == user_id))).one()
    born = date.fromisoformat(row.date_of_birth) if row.date_of_birth else None
    return Profile(born, row.place, row.gender), row.created_at


async def update_profile(connection: AsyncConnection, user_id: str, profile: Profile) -> None:
    """Replace a user's profile."""
    values = asdict(profile)
    values["date_of_birth"] = profile.date_of_birth.isoformat() if profile.date_of_birth else None
    await connection.execute(update(users).where(users.c.id == user_id).values(**values))


async def select_holdings(connection: AsyncConnection, user_id: str, now: float) -> AccountSummary:
    """What goes when the account goes."""
    own_cameras = select(cameras.c.id).where(cameras.c.owner_id == user_id)
    open_sessions = (sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
    counts = select(
        select(func.count()).select_from(cameras).where(cameras.c.owner_id == user_id, of_no_run()).scalar_subquery(),
        select(func.count()).select_from(recordings).where(recordings.c.owner_id == user_id).scalar_subquery(),
        select(func.count()).select_from(rooms).where(rooms.c.owner_id == user_id).scalar_subquery(),
        select(func.count()).select_from(streams).where(streams.c.camera_id.in_(own_cameras)).scalar_subquery(),
        select(func.count()).select_from(alerts).where(alerts.c.camera_id.in_(own_cameras)).scalar_subquery(),
        select(func.count()).select_from(channels).where(channels.c.user_id == user_id).scalar_subquery(),
        select(func.count()).select_from(sessions).where(*open_sessions).scalar_subquery(),
        select(func.count()).select_from(audit).where(audit.c.user_id == user_id).scalar_subquery(),
    )
    return AccountSummary(*(await connection.execute(counts)).one())
