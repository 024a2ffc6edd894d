"""Who is in a room, besides its owner."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import RANK, Role
from server.storage.engine.upsert import insert_into
from server.storage.schema import cameras, room_members, rooms, users


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a room; `joined_at` in Unix seconds."""

    user_id: str
    name: str
    role: Role
    joined_at: float


async def select_members(connection: AsyncConnection, room_id: str) -> list[Member]:
    """Everybody in a room, its owner first."""
    owner = select(users.c.id, users.c.username, rooms.c.created_at).join(rooms, rooms.c.owner_id == users.c.id)
    first = (await connection.execute(owner.where(rooms.c.id == room_id))).first()
    others = (
        select(users.c.id, users.c.username, room_members.c.role, room_members.c.joined_at)
        .join(users, users.c.id == room_members.c.user_id)
        .where(room_members.c.room_id == room_id)
        .order_by(room_members.c.joined_at, users.c.id)
    )
    found = [Member(first.id, first.username, Role.OWNER, first.created_at)] if first else []
    rows = await connection.execute(others)
    return found + [Member(row.id, row.username, Role(row.role), row.joined_at) for row in rows]


async def count_members(connection: AsyncConnection, room_id: str) -> int:
    """How many there are besides the owner."""
    query = select(func.count()).select_from(room_members).where(room_members.c.room_id == room_id)
    return int((await connection.execute(query)).scalar_one())


async def join_room(
    connection: AsyncConnection, room_id: str, user_id: str, role: Role, now: float
) -> tuple[Role | None, Role]:
    """Let a user in, or give a member the greater of both roles. Returns what the user was and is."""
    query = select(room_members.c.role).where(room_members.c.room_id == room_id, room_members.c.user_id == user_id)
    found = (await connection.execute(query)).scalar()
    before = None if found is None else Role(found)
    if before is not None and RANK[before] >= RANK[role]:
        return before, before
    row = insert_into(connection, room_members).values(room_id=room_id, user_id=user_id, role=role.value, joined_at=now)
    await connection.execute(
        row.on_conflict_do_update(index_elements=["room_id", "user_id"], set_={"role": role.value})
    )
    return before, role


async def update_role(connection: AsyncConnection, room_id: str, user_id: str, role: Role) -> bool:
    """Give a member another role. Returns whether there is such a member."""
    query = (
        update(room_members)
        .where(room_members.c.room_id == room_id, room_members.c.user_id == user_id)
        .values(role=role.value)
    )
    return (await connection.execute(query)).rowcount == 1


async def delete_member(connection: AsyncConnection, room_id: str, user_id: str) -> bool:
    """Let a member go, and with it the cameras that it placed. Returns whether there was such a member."""
    query = delete(room_members).where(room_members.c.room_id == room_id, room_members.c.user_id == user_id)
    if (await connection.execute(query)).rowcount != 1:
        return False
    mine = (cameras.c.room_id == room_id, cameras.c.owner_id == user_id)
    await connection.execute(update(cameras).where(*mine).values(room_id=None))
    return True
