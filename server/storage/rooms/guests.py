"""Guests: devices without an account, each the one camera that its invitation made it."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.accounts.sessions import MOST_IDS, EndReason
from server.storage.schema import cameras, guests, invites, users


@dataclass(frozen=True, slots=True)
class GuestGrant:
    """What a device's token gives: one camera, until its invitation ends (Unix seconds).

    Attributes
    ----------
    guest_id : str
        SHA-256 of the token that the device holds.
    owner_id : str
        Whose camera it is: the room's owner.
    """

    guest_id: str
    camera_id: str
    camera_name: str
    owner_id: str
    room_id: str
    invite_id: str
    expires_at: float


_GRANTS = (
    select(
        guests.c.id.label("guest_id"),
        cameras.c.id.label("camera_id"),
        cameras.c.name.label("camera_name"),
        cameras.c.owner_id,
        invites.c.room_id,
        invites.c.id.label("invite_id"),
        invites.c.expires_at,
    )
    .join(cameras, cameras.c.id == guests.c.camera_id)
    .join(invites, invites.c.id == guests.c.invite_id)
    .join(users, users.c.id == cameras.c.owner_id)
)


def guest_id(token: str) -> str:
    """The key under which a guest is stored; the token stays with the device."""
    return sha256(token.encode()).hexdigest()


async def insert_guest(connection: AsyncConnection, guest: str, camera_id: str, invite_id: str, now: float) -> None:
    """Let a device stream as a camera."""
    values = {"id": guest, "camera_id": camera_id, "invite_id": invite_id, "created_at": now}
    await connection.execute(insert(guests).values(**values))


async def move_guest(connection: AsyncConnection, guest: str, invite_id: str) -> None:
    """The device came back with a newer invitation into the same room."""
    await connection.execute(update(guests).where(guests.c.id == guest).values(invite_id=invite_id))


async def rename_guest(connection: AsyncConnection, guest: str, renamed: str) -> None:
    """The device has another token from now on; the one before is worth nothing."""
    await connection.execute(update(guests).where(guests.c.id == guest).values(id=renamed))


async def count_room_guests(connection: AsyncConnection, room_id: str) -> int:
    """How many cameras in a room are guests' devices."""
    query = (
        select(func.count())
        .select_from(guests)
        .join(cameras, cameras.c.id == guests.c.camera_id)
        .where(cameras.c.room_id == room_id)
    )
    return int((await connection.execute(query)).scalar_one())


async def release_ended(connection: AsyncConnection, room_id: str, now: float) -> int:
    """Take cameras of guests whose invitation has ended out of a room; they stay their owner's. Returns how many."""
    over = invites.c.revoked_at.is_not(None) | (invites.c.expires_at <= now)
    ended = select(guests.c.camera_id).join(invites, invites.c.id == guests.c.invite_id).where(over)
    query = update(cameras).where(cameras.c.room_id == room_id, cameras.c.id.in_(ended)).values(room_id=None)
    return (await connection.execute(query)).rowcount


async def select_device(connection: AsyncConnection, guest: str, room_id: str) -> GuestGrant | None:
    """What a device was in this room, even where its invitation has ended since."""
    query = _GRANTS.where(guests.c.id == guest, cameras.c.room_id == room_id, invites.c.room_id == room_id)
    row = (await connection.execute(query)).first()
    return GuestGrant(**row._mapping) if row else None


async def select_guest(connection: AsyncConnection, guest: str, now: float) -> GuestGrant | None:
    """What a device may do now: nothing once the camera left the room, the invitation ended, or its owner's account is
    disabled."""
    query = _GRANTS.where(
        guests.c.id == guest,
        users.c.disabled_at.is_(None),
        invites.c.revoked_at.is_(None),
        invites.c.expires_at > now,
        cameras.c.room_id == invites.c.room_id,
    )
    row = (await connection.execute(query)).first()
    return GuestGrant(**row._mapping) if row else None


async def select_guests_over(connection: AsyncConnection, ids: Collection[str], now: float) -> dict[str, EndReason]:
    """Which of these guests may no longer stream, and why."""
    found: dict[str, EndReason | None] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), MOST_IDS):
        query = (
            select(
                guests.c.id,
                func.coalesce(invites.c.revoked_at, users.c.disabled_at),
                invites.c.expires_at,
                invites.c.room_id,
                cameras.c.room_id,
            )
            .join(invites, invites.c.id == guests.c.invite_id)
            .join(cameras, cameras.c.id == guests.c.camera_id)
            .join(users, users.c.id == cameras.c.owner_id)
            .where(guests.c.id.in_(wanted[start : start + MOST_IDS]))
        )
        for guest, revoked_at, expires_at, invited_to, placed_in in await connection.execute(query):
            if revoked_at is not None:
                found[guest] = EndReason.INVITE_REVOKED
            elif expires_at <= now:
                found[guest] = EndReason.INVITE_EXPIRED
            else:
                found[guest] = None if invited_to == placed_in else EndReason.CAMERA_REMOVED
    reasons = {one: found.get(one, EndReason.CAMERA_REMOVED) for one in wanted}
    return {one: reason for one, reason in reasons.items() if reason is not None}
