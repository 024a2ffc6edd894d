"""Cameras in the database; who asks is in every WHERE."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import Right, has_right, of_no_run
from server.storage.schema import cameras, guests


@dataclass(frozen=True, slots=True)
class Camera:
    """A place that people are counted at; `room_id` is the room that it is in."""

    id: str
    owner_id: str
    name: str
    created_at: float
    room_id: str | None = None


def _read(row: Row[tuple[object, ...]]) -> Camera:
    return Camera(row.id, row.owner_id, row.name, row.created_at, row.room_id)


async def insert_camera(connection: AsyncConnection, camera: Camera) -> None:
    """Add a camera."""
    values = {name: getattr(camera, name) for name in Camera.__slots__}
    await connection.execute(insert(cameras).values(**values))


async def count_cameras(connection: AsyncConnection, owner_id: str) -> int:
    """How many cameras the owner added; phones of guests are bounded by their room."""
    of_guests = select(guests.c.camera_id)
    query = (
        select(func.count())
        .select_from(cameras)
        .where(cameras.c.owner_id == owner_id, cameras.c.id.not_in(of_guests), of_no_run())
    )
    return int((await connection.execute(query)).scalar_one())


async def select_cameras(connection: AsyncConnection, owner_id: str) -> list[Camera]:
    """The owner's cameras, newest first, without those of runs."""
    mine = select(cameras).where(cameras.c.owner_id == owner_id, of_no_run())
    query = mine.order_by(cameras.c.created_at.desc())
    return [_read(row) for row in await connection.execute(query)]


async def select_camera(
    connection: AsyncConnection, user_id: str, camera_id: str, right: Right = Right.OWN
) -> Camera | None:
    """A camera that the user has this right on; None when it is unknown, another's, or the right is missing."""
    query = select(cameras).where(cameras.c.id == camera_id, has_right(user_id, right))
    row = (await connection.execute(query)).first()
    return _read(row) if row else None


async def update_camera_name(connection: AsyncConnection, owner_id: str, camera_id: str, name: str) -> bool:
    """Rename one of the owner's cameras. Returns whether there is such a camera."""
    query = update(cameras).where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id).values(name=name)
    return (await connection.execute(query)).rowcount == 1


async def delete_camera(connection: AsyncConnection, owner_id: str, camera_id: str) -> bool:
    """Delete one of the owner's cameras with all that was counted. Returns whether there was such a camera."""
    query = delete(cameras).where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id)
    return (await connection.execute(query)).rowcount == 1
