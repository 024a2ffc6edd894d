"""Alerts in the database; the camera's owner is in every WHERE."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.cameras.rights import Right, has_right
from server.storage.engine.upsert import insert_into
from server.storage.schema import alerts, cameras, streams

MAX_ALERTS = 500


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One alert of a zone. Times are Unix seconds.

    Attributes
    ----------
    id, camera_id, zone_id, zone_name : str
    figure : str
        ``"people"``, ``"density"`` or ``"dwell"``.
    level : str
        The worst so far, ``"warning"`` or ``"critical"``.
    peak, peak_at : float
        The largest value of the figure, and when.
    ended_at : float or None
        None while it goes on.
    acknowledged_at, acknowledged_by, note
        Who took it, set by `acknowledge_alert` alone.
    claimed_at, claimed_by
        Who sees to it, set by `claim_alert` alone.
    interrupted : bool
        It ended because it was not watched any more, at the last frame that is known: the stream ended, the zone or the
        limit was removed, or the process was killed. How it went on, nobody knows.
    estimated : bool
        The peak is an estimate: there were too many people to count.
    peak_low, peak_high : float or None
        The true peak lies between them about nine times in ten; None where it was counted.
    """

    id: str
    camera_id: str
    zone_id: str
    zone_name: str
    figure: str
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


PEAK = ("peak", "peak_at", "estimated", "peak_low", "peak_high")
COUNTED = ("level", "ended_at", "zone_name", "interrupted", *PEAK)
"""What a running stream may change; the rest is written once, or belongs to whoever acknowledges."""


async def upsert_alerts(connection: AsyncConnection, records: Iterable[AlertRecord]) -> None:
    """Write alerts of a stream over what was written of them before."""
    for record in records:
        query = insert_into(connection, alerts).values(**asdict(record))
        changed = {name: query.excluded[name] for name in COUNTED}
        await connection.execute(query.on_conflict_do_update(index_elements=["id"], set_=changed))


async def select_alerts(connection: AsyncConnection, owner_id: str, camera_id: str) -> list[AlertRecord]:
    """The newest alerts of one of the owner's cameras, newest first."""
    query = (
        select(alerts)
        .join(cameras, cameras.c.id == alerts.c.camera_id)
        .where(cameras.c.id == camera_id, cameras.c.owner_id == owner_id)
        .order_by(alerts.c.began_at.desc(), alerts.c.id)
        .limit(MAX_ALERTS)
    )
    return [AlertRecord(**row._mapping) for row in await connection.execute(query)]


async def acknowledge_alert(
    connection: AsyncConnection, user_id: str, alert_id: str, by: str, note: str, now: float
) -> AlertRecord | None:
    """Mark an alert as seen by somebody who may operate its camera; None for an alert that is none of the user's.

    The first one stays, which the record then says; of that one the newest note stays.
    """
    known = await select_alert(connection, user_id, alert_id, Right.OPERATE)
    if known is None or known.acknowledged_by not in (None, by):
        return known
    first = known.acknowledged_at is None
    record = replace(
        known,
        acknowledged_at=now if first else known.acknowledged_at,
        acknowledged_by=by,
        note=note or known.note,
    )
    changed = {name: getattr(record, name) for name in ("acknowledged_at", "acknowledged_by", "note")}
    await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(**changed))
    return record


async def claim_alert(
    connection: AsyncConnection, user_id: str, alert_id: str, by: str, now: float
) -> AlertRecord | None:
    """Say who sees to an alert; the first one stays, which the record then says. None as above."""
    known = await select_alert(connection, user_id, alert_id, Right.OPERATE)
    if known is None or known.claimed_by is not None:
        return known
    await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(claimed_at=now, claimed_by=by))
    return replace(known, claimed_at=now, claimed_by=by)


async def select_alert(
    connection: AsyncConnection, user_id: str, alert_id: str, right: Right = Right.LOOK
) -> AlertRecord | None:
    """An alert of a camera that the user has this right on."""
    query = (
        select(alerts)
        .join(cameras, cameras.c.id == alerts.c.camera_id)
        .where(alerts.c.id == alert_id, has_right(user_id, right))
    )
    row = (await connection.execute(query)).first()
    return AlertRecord(**row._mapping) if row else None


async def interrupt_open_alerts(connection: AsyncConnection, watched: Collection[str]) -> list[AlertRecord]:
    """End what a killed process left open, at the last frame that is known to have been counted; return the alerts.

    Those whose ids are `watched` go on in this process.
    """
    last_seen = (
        select(func.max(streams.c.opened_at + streams.c.duration_ms / 1000))
        .where(streams.c.camera_id == alerts.c.camera_id, streams.c.opened_at <= alerts.c.began_at)
        .scalar_subquery()
    )
    query = select(alerts, last_seen.label("last_seen")).where(alerts.c.ended_at.is_(None), alerts.c.id.not_in(watched))
    ended = []
    for row in (await connection.execute(query)).all():
        values = dict(row._mapping)
        seen = values.pop("last_seen")
        record = AlertRecord(**values)
        record = replace(record, ended_at=max(record.peak_at, seen or 0.0), interrupted=True)
        changed = {"ended_at": record.ended_at, "interrupted": True}
        await connection.execute(update(alerts).where(alerts.c.id == record.id).values(**changed))
        ended.append(record)
    return ended
