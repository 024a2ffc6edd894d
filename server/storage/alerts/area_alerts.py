"""Alerts of areas, and what is open in a room: those of its areas and those of its cameras' zones."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.alerts.alerts import PEAK, AlertRecord
from server.storage.cameras.rights import Role, has_role
from server.storage.engine.upsert import insert_into
from server.storage.schema import alerts, area_alerts, areas, cameras, rooms, streams

MOST_OPEN = 200
PREFIX = "aal"
"""Of the ids of areas' alerts, by which a route knows them from those of zones."""


@dataclass(frozen=True, slots=True)
class AreaAlert:
    """One alert of an area; as `server.storage.alerts.alerts.AlertRecord`."""

    id: str
    area_id: str
    level: str
    began_at: float
    ended_at: float | None
    peak: float
    peak_at: float
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    note: str = ""
    claimed_at: float | None = None
    claimed_by: str | None = None
    interrupted: bool = False
    estimated: bool = False
    peak_low: float | None = None
    peak_high: float | None = None


@dataclass(frozen=True, slots=True)
class PlacedAlert:
    """An alert with the name of what it is of: a camera, whose zone the alert names, or an area."""

    alert: AlertRecord | AreaAlert
    room_id: str
    place: str


async def upsert_area_alert(connection: AsyncConnection, alert: AreaAlert) -> None:
    """Write an alert over what was written of it before."""
    query = insert_into(connection, area_alerts).values(**asdict(alert))
    changed = {name: query.excluded[name] for name in ("level", "ended_at", "interrupted", *PEAK)}
    await connection.execute(query.on_conflict_do_update(index_elements=["id"], set_=changed))


async def select_area_alert(
    connection: AsyncConnection, user_id: str, alert_id: str, at_least: Role
) -> PlacedAlert | None:
    """An alert of an area in a room where the user has this role."""
    query = (
        select(area_alerts, areas.c.name, areas.c.room_id)
        .join(areas, areas.c.id == area_alerts.c.area_id)
        .join(rooms, rooms.c.id == areas.c.room_id)
        .where(area_alerts.c.id == alert_id, has_role(user_id, at_least))
    )
    row = (await connection.execute(query)).first()
    return _placed_area(dict(row._mapping)) if row else None


async def take_area_alert(
    connection: AsyncConnection, user_id: str, alert_id: str, by: str, note: str | None, now: float
) -> PlacedAlert | None:
    """Acknowledge an alert (with a note), or claim it (None), as an operator; the first one stays."""
    placed = await select_area_alert(connection, user_id, alert_id, Role.OPERATOR)
    if placed is None or not isinstance(placed.alert, AreaAlert):
        return None
    known = placed.alert
    if note is None:
        values = {"claimed_at": known.claimed_at or now, "claimed_by": known.claimed_by or by}
    elif known.acknowledged_by in (None, by):
        values = {"acknowledged_at": known.acknowledged_at or now, "acknowledged_by": by, "note": note or known.note}
    else:
        return placed
    await connection.execute(update(area_alerts).where(area_alerts.c.id == alert_id).values(**values))
    return replace(placed, alert=AreaAlert(**{**asdict(known), **values}))


async def select_open_alerts(connection: AsyncConnection, room_id: str, since: float) -> list[PlacedAlert]:
    """What goes on in a room, and what ended after `since` and nobody acknowledged; newest first."""
    found: list[PlacedAlert] = []
    zones = (
        select(alerts, cameras.c.name, cameras.c.room_id)
        .join(cameras, cameras.c.id == alerts.c.camera_id)
        .where(
            cameras.c.room_id == room_id,
            alerts.c.ended_at.is_(None) | ((alerts.c.ended_at > since) & alerts.c.acknowledged_at.is_(None)),
        )
        .order_by(alerts.c.began_at.desc())
        .limit(MOST_OPEN)
    )
    for row in await connection.execute(zones):
        values = dict(row._mapping)
        name, room = values.pop("name"), values.pop("room_id")
        found.append(PlacedAlert(AlertRecord(**values), room, name))
    of_areas = (
        select(area_alerts, areas.c.name, areas.c.room_id)
        .join(areas, areas.c.id == area_alerts.c.area_id)
        .where(
            areas.c.room_id == room_id,
            area_alerts.c.ended_at.is_(None)
            | ((area_alerts.c.ended_at > since) & area_alerts.c.acknowledged_at.is_(None)),
        )
        .order_by(area_alerts.c.began_at.desc())
        .limit(MOST_OPEN)
    )
    found += [_placed_area(dict(row._mapping)) for row in await connection.execute(of_areas)]
    return sorted(found, key=lambda placed: placed.alert.began_at, reverse=True)[:MOST_OPEN]


async def end_open_area_alerts(connection: AsyncConnection) -> None:
    """End what a killed process left open, when its room is known to have been counted last."""
    last_saved = (
        select(func.max(streams.c.saved_at))
        .join(cameras, cameras.c.id == streams.c.camera_id)
        .join(areas, areas.c.room_id == cameras.c.room_id)
        .where(areas.c.id == area_alerts.c.area_id, streams.c.opened_at <= area_alerts.c.began_at)
        .scalar_subquery()
    )
    seen = func.coalesce(last_saved, 0.0)
    ended_at = case((area_alerts.c.peak_at > seen, area_alerts.c.peak_at), else_=seen)
    ended = {"ended_at": ended_at, "interrupted": True}
    await connection.execute(update(area_alerts).where(area_alerts.c.ended_at.is_(None)).values(**ended))


def _placed_area(values: dict[str, object]) -> PlacedAlert:
    name, room = str(values.pop("name")), str(values.pop("room_id"))
    return PlacedAlert(AreaAlert(**values), room, name)  # type: ignore[arg-type]  # columns of the table
