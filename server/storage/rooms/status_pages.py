"""The page of a room that everybody may see who has its link."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import insert_into
from server.storage.schema import rooms, status_pages

Show = Literal["counts", "state"]


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What a room shows: numbers, or only how full it is."""

    room_id: str
    room_name: str
    code: str
    show: Show


async def upsert_status_page(connection: AsyncConnection, room_id: str, code: str, show: Show, now: float) -> None:
    """Open the page of a room that was checked; one that is open keeps its code."""
    query = insert_into(connection, status_pages).values(room_id=room_id, code=code, show=show, created_at=now)
    await connection.execute(query.on_conflict_do_update(index_elements=["room_id"], set_={"show": show}))


async def delete_status_page(connection: AsyncConnection, room_id: str) -> None:
    """Close the page of a room; its link leads nowhere from then on."""
    await connection.execute(delete(status_pages).where(status_pages.c.room_id == room_id))


async def select_status_page(
    connection: AsyncConnection, *, room_id: str | None = None, code: str | None = None
) -> StatusPage | None:
    """The page of a room, or the one with this code."""
    query = select(status_pages, rooms.c.name).join(rooms, rooms.c.id == status_pages.c.room_id)
    wanted = status_pages.c.room_id == room_id if code is None else status_pages.c.code == code
    row = (await connection.execute(query.where(wanted))).first()
    return StatusPage(row.room_id, row.name, row.code, row.show) if row else None
