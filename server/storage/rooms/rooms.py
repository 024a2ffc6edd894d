"""Rooms in the database: cameras that several people watch together."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import Role, has_role
from server.storage.schema import cameras, guests, room_members, rooms, users


@dataclass(frozen=True, slots=True)
class Room:
    """A room."""

    id: str
    owner_id: str
    name: str
    created_at: float


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room as one of its people lists it."""

    id: str
    name: str
    role: Role
    cameras: int
    members: int


@dataclass(frozen=True, slots=True)
class RoomCamera:
    """A camera of a room. `guest`: a device without an account streams it."""

    id: str
    name: str
    owner_id: str
    owner_name: str
    guest: bool


async def insert_room(connection: AsyncConnection, room: Room) -> None:
    """Make a room."""
    values = {"id": room.id, "owner_id": room.owner_id, "name": room.name, "created_at": room.created_at}
    await connection.execute(insert(rooms).values(**values))


async def count_rooms(connection: AsyncConnection, owner_id: str) -> int:
    """How many rooms are the user's own."""
    query = select(func.count()).select_from(rooms).where(rooms.c.owner_id == owner_id)
    return int((await connection.execute(query)).scalar_one())


async def select_rooms(connection: AsyncConnection, user_id: str) -> list[RoomRow]:
    """Every room that the user is in, by name; `members` counts the owner."""
    mine = room_members.alias()
    query = (
        select(
            rooms.c.id,
            rooms.c.name,
            case((rooms.c.owner_id == user_id, Role.OWNER.value), else_=mine.c.role).label("role"),
            select(func.count()).where(cameras.c.room_id == rooms.c.id).scalar_subquery().label("cameras"),
            select(func.count()).where(room_members.c.room_id == rooms.c.id).scalar_subquery().label("members"),
        )
        .outerjoin(mine, (mine.c.room_id == rooms.c.id) & (mine.c.user_id == user_id))
        .where(has_role(user_id, Role.VIEWER))
        .order_by(rooms.c.name, rooms.c.id)
    )
    rows = await connection.execute(query)
    return [RoomRow(row.id, row.name, Role(row.role), row.cameras, row.members + 1) for row in rows]


async def select_room(
    connection: AsyncConnection, user_id: str, room_id: str, at_least: Role = Role.VIEWER
) -> Room | None:
    """One of the user's rooms; None when it is unknown, another's, or the role is too small."""
    query = select(rooms).where(rooms.c.id == room_id, has_role(user_id, at_least))
    row = (await connection.execute(query)).first()
    return Room(row.id, row.owner_id, row.name, row.created_at) if row else None


async def select_any_room(connection: AsyncConnection, room_id: str) -> Room | None:
    """A room by its id alone, for the server itself."""
    row = (await connection.execute(select(rooms).where(rooms.c.id == room_id))).first()
    return Room(row.id, row.owner_id, row.name, row.created_at) if row else None


async def update_room_name(connection: AsyncConnection, owner_id: str, room_id: str, name: str) -> bool:
    """Rename one of the user's own rooms. Returns whether there is such a room."""
    query = update(rooms).where(rooms.c.id == room_id, rooms.c.owner_id == owner_id).values(name=name)
    return (await connection.execute(query)).rowcount == 1


async def delete_room(connection: AsyncConnection, owner_id: str, room_id: str) -> bool:
    """Delete one of the user's own rooms; cameras go back to their owners, those of guests are gone."""
    gone = select(cameras.c.id).join(guests, guests.c.camera_id == cameras.c.id)
    owned = rooms.c.id == room_id, rooms.c.owner_id == owner_id
    if (await connection.execute(select(rooms.c.id).where(*owned))).first() is None:
        return False
    await connection.execute(delete(cameras).where(cameras.c.id.in_(gone.where(cameras.c.room_id == room_id))))
    return (await connection.execute(delete(rooms).where(*owned))).rowcount == 1


async def select_room_cameras(connection: AsyncConnection, room_id: str) -> list[RoomCamera]:
    """The cameras of a room whose reader was checked, by name."""
    query = (
        select(cameras.c.id, cameras.c.name, users.c.id.label("owner"), users.c.username, guests.c.id.label("guest"))
        .join(users, users.c.id == cameras.c.owner_id)
        .outerjoin(guests, guests.c.camera_id == cameras.c.id)
        .where(cameras.c.room_id == room_id)
        .order_by(cameras.c.name, cameras.c.id)
    )
    rows = await connection.execute(query)
    return [RoomCamera(row.id, row.name, row.owner, row.username, row.guest is not None) for row in rows]


async def count_room_cameras(connection: AsyncConnection, room_id: str) -> int:
    """How many cameras are in a room."""
    query = select(func.count()).select_from(cameras).where(cameras.c.room_id == room_id)
    return int((await connection.execute(query)).scalar_one())


async def place_camera(connection: AsyncConnection, owner_id: str, camera_id: str, room_id: str) -> bool:
    """Put one of the user's cameras into a room that was checked. Returns whether there is such a camera."""
    query = update(cameras).where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id).values(room_id=room_id)
    return (await connection.execute(query)).rowcount == 1


async def remove_camera(connection: AsyncConnection, user_id: str, camera_id: str, room_id: str) -> bool:
    """Take a camera out of a room, by its owner or the room's. Returns whether it was there and may be taken out."""
    own_room = select(rooms.c.id).where(rooms.c.id == room_id, rooms.c.owner_id == user_id)
    query = (
        update(cameras)
        .where(
            cameras.c.id == camera_id,
            cameras.c.room_id == room_id,
            (cameras.c.owner_id == user_id) | cameras.c.room_id.in_(own_room),
        )
        .values(room_id=None)
    )
    return (await connection.execute(query)).rowcount == 1
