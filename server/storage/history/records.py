"""Alerts and totals of streams are kept for a time, too, so that the file does not grow without end."""

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.history.retention import DAY_S
from server.storage.schema import alerts, area_alerts, streams

MOST_STREAMS = 5_000
"""Of a camera, whatever their age: a device that opens one after the other must not fill the disk."""


async def delete_old_records(connection: AsyncConnection, days: int, now: float) -> None:
    """Drop alerts that ended, and totals of streams that were last saved, more than `days` ago; 0 keeps them for ever.

    The newest stream of a camera stays: it says when the camera was last seen.

    Parameters
    ----------
    now : float
        Unix seconds.
    """
    if days <= 0:
        return
    oldest = now - days * DAY_S
    await connection.execute(delete(alerts).where(alerts.c.ended_at < oldest))
    await connection.execute(delete(area_alerts).where(area_alerts.c.ended_at < oldest))
    newer = streams.alias("newer")
    replaced = exists().where(newer.c.camera_id == streams.c.camera_id, newer.c.opened_at > streams.c.opened_at)
    await connection.execute(delete(streams).where(streams.c.saved_at < oldest, replaced))


async def delete_surplus_streams(connection: AsyncConnection) -> None:
    """Drop the oldest totals of cameras that have more than `MOST_STREAMS` of them."""
    many = select(streams.c.camera_id).group_by(streams.c.camera_id).having(func.count() > MOST_STREAMS)
    for camera_id in (await connection.execute(many)).scalars().all():
        of_camera = streams.c.camera_id == camera_id
        newest = select(streams.c.opened_at).where(of_camera).order_by(streams.c.opened_at.desc())
        oldest = (await connection.execute(newest.offset(MOST_STREAMS - 1).limit(1))).scalar_one()
        await connection.execute(delete(streams).where(of_camera, streams.c.opened_at < oldest))
