"""How carefully a camera's frames are looked at, in the database."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.core.quality import Quality
from server.storage.cameras.rights import Right, has_right
from server.storage.schema import cameras


async def select_quality(
    connection: AsyncConnection, user_id: str, camera_id: str, right: Right = Right.LOOK
) -> Quality | None:
    """The choice for a camera that the user has this right on; None when there is no such camera."""
    query = select(cameras.c.quality).where(cameras.c.id == camera_id, has_right(user_id, right))
    row = (await connection.execute(query)).first()
    return Quality(row.quality) if row else None


async def update_quality(connection: AsyncConnection, owner_id: str, camera_id: str, quality: Quality) -> bool:
    """Choose for one of the owner's cameras. Returns whether there is such a camera."""
    query = update(cameras).where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id)
    return (await connection.execute(query.values(quality=quality.value))).rowcount == 1
