"""Invitations: links into a room, with a role, an end, and a number of uses."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import Role
from server.storage.schema import guests, invites, rooms, users


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation without its code. Times are Unix seconds."""

    id: str
    room_id: str
    role: Role
    created_at: float
    expires_at: float
    max_uses: int
    uses: int
    revoked_at: float | None


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invitation that its code was shown of, and the room it leads to."""

    invite: Invite
    room_name: str
    owner_id: str


def code_key(code: str) -> str:
    """The key under which an invitation is stored; the code itself stays with whoever was invited."""
    return sha256(code.encode()).hexdigest()


def _read(row: Row[tuple[object, ...]]) -> Invite:
    return Invite(
        row.id, row.room_id, Role(row.role), row.created_at, row.expires_at, row.max_uses, row.uses, row.revoked_at
    )


async def insert_invite(connection: AsyncConnection, invite: Invite, code: str) -> None:
    """Keep an invitation."""
    values = {name: getattr(invite, name) for name in Invite.__slots__} | {"role": invite.role.value}
    await connection.execute(insert(invites).values(**values, code_key=code_key(code)))


async def select_invites(connection: AsyncConnection, owner_id: str, room_id: str, since: float) -> list[Invite]:
    """The invitations into one of the user's own rooms, newest first; not those that ended before `since`."""
    query = (
        select(invites)
        .join(rooms, rooms.c.id == invites.c.room_id)
        .where(rooms.c.id == room_id, rooms.c.owner_id == owner_id, ~_ended(since))
        .order_by(invites.c.created_at.desc(), invites.c.id)
    )
    return [_read(row) for row in await connection.execute(query)]


async def count_invites(connection: AsyncConnection, room_id: str, since: float) -> int:
    """How many invitations of a room there are, without those that ended before `since`."""
    query = select(func.count()).select_from(invites).where(invites.c.room_id == room_id, ~_ended(since))
    return int((await connection.execute(query)).scalar_one())


async def select_open_invite(connection: AsyncConnection, code: str, now: float) -> OpenInvite | None:
    """The invitation with this code, if it still holds; it may be used up, which only newcomers are refused for.

    None of an account that is disabled holds.
    """
    query = (
        select(invites, rooms.c.name.label("room_name"), rooms.c.owner_id)
        .join(rooms, rooms.c.id == invites.c.room_id)
        .join(users, users.c.id == rooms.c.owner_id)
        .where(
            invites.c.code_key == code_key(code),
            invites.c.revoked_at.is_(None),
            invites.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    )
    row = (await connection.execute(query)).first()
    return OpenInvite(_read(row), row.room_name, row.owner_id) if row else None


async def use_invite(connection: AsyncConnection, invite_id: str) -> bool:
    """Count one use. Returns False when there is none left."""
    query = (
        update(invites)
        .where(invites.c.id == invite_id, invites.c.uses < invites.c.max_uses)
        .values(uses=invites.c.uses + 1)
    )
    return (await connection.execute(query)).rowcount == 1


async def revoke_invite(connection: AsyncConnection, owner_id: str, room_id: str, invite_id: str, now: float) -> bool:
    """Withdraw an invitation into one of the user's own rooms. Returns whether there is such a one."""
    own = select(rooms.c.id).where(rooms.c.id == room_id, rooms.c.owner_id == owner_id)
    query = (
        update(invites)
        .where(invites.c.id == invite_id, invites.c.room_id.in_(own))
        .values(revoked_at=func.coalesce(invites.c.revoked_at, now))
    )
    return (await connection.execute(query)).rowcount == 1


async def delete_old_invites(connection: AsyncConnection, before: float) -> None:
    """Forget what ended before that time, but not whose cameras those of guests were."""
    used = select(guests.c.invite_id)
    await connection.execute(delete(invites).where(_ended(before), invites.c.id.not_in(used)))


def _ended(before: float) -> ColumnElement[bool]:
    return or_(invites.c.expires_at < before, invites.c.revoked_at.is_not(None) & (invites.c.revoked_at < before))
