"""Streams in the database: what each one counted, saved while it runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import insert_into
from server.storage.schema import streams


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """The totals of one stream. Times are Unix seconds; `duration_ms` is capture time."""

    id: str
    camera_id: str
    source: str
    opened_at: float
    saved_at: float
    closed_at: float | None
    duration_ms: float
    peak: int
    unique_people: int | None
    received: int
    processed: int
    dropped: int
    rejected: int


async def upsert_stream(connection: AsyncConnection, record: StreamRecord) -> None:
    """Write the totals of a stream over what was saved of it before; one that was closed stays so."""
    values = asdict(record)
    query = insert_into(connection, streams).values(**values)
    closed_at = func.coalesce(query.excluded.closed_at, streams.c.closed_at)
    await connection.execute(query.on_conflict_do_update(index_elements=["id"], set_=values | {"closed_at": closed_at}))


async def select_last_streams(connection: AsyncConnection, camera_ids: Sequence[str]) -> dict[str, StreamRecord]:
    """The newest stream of each camera that has one."""
    newest = (
        select(streams.c.camera_id, func.max(streams.c.opened_at).label("opened_at"))
        .where(streams.c.camera_id.in_(camera_ids))
        .group_by(streams.c.camera_id)
        .subquery()
    )
    query = select(streams).join(
        newest,
        (streams.c.camera_id == newest.c.camera_id) & (streams.c.opened_at == newest.c.opened_at),
    )
    return {row.camera_id: StreamRecord(**row._mapping) for row in await connection.execute(query)}


async def select_reach(connection: AsyncConnection, camera_ids: Sequence[str], since: float) -> dict[str, float]:
    """Up to when the streams that were opened since then counted, Unix seconds, of each camera that has one.

    A file is dated from its opening. Where it was counted faster than it plays, that lies ahead of the clock.
    """
    query = (
        select(streams.c.camera_id, func.max(streams.c.opened_at + streams.c.duration_ms / 1000).label("until"))
        .where(streams.c.camera_id.in_(camera_ids), streams.c.opened_at >= since)
        .group_by(streams.c.camera_id)
    )
    return {row.camera_id: row.until for row in await connection.execute(query)}
