"""Pictures of the moment when an alert began, of cameras whose owner asked for them; nowhere else is a frame stored."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import Right, has_right
from server.storage.engine.upsert import insert_into
from server.storage.history.retention import DAY_S
from server.storage.schema import alerts, cameras, guests, shared_stills, still_cameras, stills


@dataclass(frozen=True, slots=True)
class Still:
    """The frame of a camera at the beginning of alerts; `at`: Unix seconds. `shared_by`: further alerts of it."""

    alert_id: str
    camera_id: str
    at: float
    jpeg: bytes
    shared_by: tuple[str, ...] = ()


async def choose_stills(connection: AsyncConnection, camera_id: str, *, keep: bool) -> None:
    """Keep pictures of a camera's alerts from now on, or no longer."""
    if keep:
        await connection.execute(
            insert_into(connection, still_cameras).values(camera_id=camera_id).on_conflict_do_nothing()
        )
    else:
        await connection.execute(delete(still_cameras).where(still_cameras.c.camera_id == camera_id))


async def select_still_cameras(connection: AsyncConnection, camera_ids: Collection[str]) -> set[str]:
    """Those of the cameras whose owner wants pictures; never a guest's, who was told that none is stored."""
    wanted = still_cameras.c.camera_id
    query = select(wanted).where(wanted.in_(camera_ids), wanted.not_in(select(guests.c.camera_id)))
    return set((await connection.execute(query)).scalars())


async def is_guests(connection: AsyncConnection, camera_id: str) -> bool:
    """Whether a camera is a guest's device."""
    query = select(guests.c.camera_id).where(guests.c.camera_id == camera_id)
    return (await connection.execute(query)).first() is not None


async def add_stills(connection: AsyncConnection, found: Iterable[Still]) -> None:
    """Store pictures of alerts that are stored; those that nobody wants (any more) are dropped."""
    for still in found:
        if not await select_still_cameras(connection, [still.camera_id]):
            continue
        query = insert_into(connection, stills).values(alert_id=still.alert_id, at=still.at, jpeg=still.jpeg)
        await connection.execute(query.on_conflict_do_nothing())
        for alert_id in still.shared_by:
            shared = insert_into(connection, shared_stills).values(alert_id=alert_id, still_id=still.alert_id)
            await connection.execute(shared.on_conflict_do_nothing())


async def select_illustrated(connection: AsyncConnection, camera_id: str) -> set[str]:
    """Alerts of a camera that have a picture."""
    mine = select(alerts.c.id).where(alerts.c.camera_id == camera_id)
    own = select(stills.c.alert_id).where(stills.c.alert_id.in_(mine))
    shared = select(shared_stills.c.alert_id).where(shared_stills.c.alert_id.in_(mine))
    return set((await connection.execute(own.union(shared))).scalars())


async def select_still(connection: AsyncConnection, user_id: str, alert_id: str) -> bytes | None:
    """The picture of an alert of a camera that the user may operate."""
    query = (
        select(stills.c.jpeg)
        .join(alerts, alerts.c.id == stills.c.alert_id)
        .join(cameras, cameras.c.id == alerts.c.camera_id)
        .where(stills.c.alert_id == _holder(alert_id), has_right(user_id, Right.OPERATE))
    )
    jpeg: bytes | None = (await connection.execute(query)).scalar_one_or_none()
    return jpeg


async def delete_still(connection: AsyncConnection, user_id: str, alert_id: str) -> bool:
    """Delete the picture of an alert of the user's own camera, for all alerts that share it; return whether there was
    one."""
    own = exists().where(
        alerts.c.id == stills.c.alert_id, cameras.c.id == alerts.c.camera_id, has_right(user_id, Right.OWN)
    )
    done = await connection.execute(delete(stills).where(stills.c.alert_id == _holder(alert_id), own))
    return done.rowcount == 1


def _holder(alert_id: str) -> ColumnElement[str]:
    """The alert that has the picture of this one: another of the same frame and camera, or itself."""
    shared = select(shared_stills.c.still_id).where(shared_stills.c.alert_id == alert_id).scalar_subquery()
    return func.coalesce(shared, alert_id)


async def delete_old_stills(connection: AsyncConnection, days: int, now: float) -> None:
    """Drop what is older than `days`; 0 keeps it for ever."""
    if days > 0:
        await connection.execute(delete(stills).where(stills.c.at < now - days * DAY_S))
