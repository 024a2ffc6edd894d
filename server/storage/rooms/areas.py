"""Areas in the database: zones of several cameras of a room as one figure."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import area_parts, areas, cameras


@dataclass(frozen=True, slots=True)
class AreaPart:
    """A zone of a camera; `zone_id` None is its whole frame."""

    camera_id: str
    zone_id: str | None


@dataclass(frozen=True, slots=True)
class Area:
    """An area of a room. `warning`, `critical`: limits of the people in it."""

    id: str
    room_id: str
    name: str
    parts: tuple[AreaPart, ...]
    capacity: int | None
    warning: float | None
    critical: float | None
    public: bool
    created_at: float


async def select_areas(connection: AsyncConnection, room_id: str) -> list[Area]:
    """The areas of a room that was checked, oldest first; parts of cameras that left the room are left out."""
    rows = await connection.execute(
        select(area_parts.c.area_id, area_parts.c.camera_id, area_parts.c.zone_id)
        .join(areas, areas.c.id == area_parts.c.area_id)
        .join(cameras, (cameras.c.id == area_parts.c.camera_id) & (cameras.c.room_id == areas.c.room_id))
        .where(areas.c.room_id == room_id)
        .order_by(area_parts.c.camera_id, area_parts.c.zone_id)
    )
    parts: dict[str, list[AreaPart]] = {}
    for row in rows:
        parts.setdefault(row.area_id, []).append(AreaPart(row.camera_id, row.zone_id or None))
    found = await connection.execute(
        select(areas).where(areas.c.room_id == room_id).order_by(areas.c.created_at, areas.c.id)
    )
    return [Area(**(dict(row._mapping) | {"parts": tuple(parts.get(row.id, ()))})) for row in found]


async def count_areas(connection: AsyncConnection, room_id: str) -> int:
    """How many areas a room has."""
    query = select(func.count()).select_from(areas).where(areas.c.room_id == room_id)
    return int((await connection.execute(query)).scalar_one())


async def insert_area(connection: AsyncConnection, area: Area) -> None:
    """Add an area to a room that was checked."""
    await connection.execute(insert(areas).values(**_columns(area)))
    await _insert_parts(connection, area)


async def replace_area(connection: AsyncConnection, area: Area) -> None:
    """Write an area, read in this transaction, anew."""
    await connection.execute(update(areas).where(areas.c.id == area.id).values(**_columns(area)))
    await connection.execute(delete(area_parts).where(area_parts.c.area_id == area.id))
    await _insert_parts(connection, area)


async def delete_area(connection: AsyncConnection, room_id: str, area_id: str) -> bool:
    """Delete an area with its alerts. Returns whether the room had it."""
    query = delete(areas).where(areas.c.id == area_id, areas.c.room_id == room_id)
    return (await connection.execute(query)).rowcount == 1


async def publish_areas(connection: AsyncConnection, room_id: str, area_ids: Iterable[str]) -> None:
    """Show these areas of a room on its status page, and no others."""
    chosen = areas.c.id.in_(list(area_ids))
    await connection.execute(update(areas).where(areas.c.room_id == room_id).values(public=chosen))


def _columns(area: Area) -> dict[str, object]:
    return {name: getattr(area, name) for name in Area.__slots__ if name != "parts"}


async def _insert_parts(connection: AsyncConnection, area: Area) -> None:
    rows = [
        {"area_id": area.id, "camera_id": part.camera_id, "zone_id": part.zone_id or ""}
        for part in dict.fromkeys(area.parts)
    ]
    if rows:
        await connection.execute(insert(area_parts), rows)
