"""Alerts are written together with what of them is to be told: both are there, or neither."""

import json
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.alerts.alerts import AlertRecord, interrupt_open_alerts, upsert_alerts
from server.storage.alerts.channels import AlertStep
from server.storage.engine.upsert import insert_into
from server.storage.schema import alerts, cameras, channel_cameras, channels, outbox

RANK = {AlertStep.WARNING: 1, AlertStep.CRITICAL: 2}


async def keep_alerts(connection: AsyncConnection, records: Collection[AlertRecord], now: float) -> None:
    """Write alerts of a stream, and for every new step of one what its owner's channels are to be told."""
    ids = [record.id for record in records]
    query = select(alerts.c.id, alerts.c.level, alerts.c.ended_at).where(alerts.c.id.in_(ids))
    known = {row.id: (row.level, row.ended_at) for row in await connection.execute(query)}
    await upsert_alerts(connection, records)
    for record in records:
        for step in _new_steps(known.get(record.id), record):
            await _queue(connection, record, step, now)


async def keep_interrupted(connection: AsyncConnection, now: float, watched: Collection[str]) -> None:
    """End the alerts that a killed process left open, and tell so: nobody watches them any more.

    Parameters
    ----------
    now : float
        Unix seconds.
    watched : collection of str
        Ids of alerts that go on in this process.
    """
    for record in await interrupt_open_alerts(connection, watched):
        await _queue(connection, record, AlertStep.CLEARED, now)


def _new_steps(before: tuple[str, float | None] | None, after: AlertRecord) -> list[AlertStep]:
    """What an alert went through since it was written; of levels within one write, the worst."""
    level = AlertStep(after.level)
    steps = [level] if before is None or RANK[level] > RANK[AlertStep(before[0])] else []
    if after.ended_at is not None and (before is None or before[1] is None):
        steps.append(AlertStep.CLEARED)
    return steps


async def _queue(connection: AsyncConnection, record: AlertRecord, step: AlertStep, now: float) -> None:
    chosen = exists().where(
        channel_cameras.c.channel_id == channels.c.id, channel_cameras.c.camera_id == record.camera_id
    )
    query = (
        select(channels.c.id, channels.c.steps, cameras.c.name)
        .join(cameras, cameras.c.owner_id == channels.c.user_id)
        .where(
            cameras.c.id == record.camera_id,
            channels.c.enabled,
            channels.c.confirmed_at.is_not(None),
            or_(channels.c.all_cameras, chosen),
        )
    )
    for channel_id, steps, camera_name in (await connection.execute(query)).all():
        if step not in steps.split():
            continue
        row = insert_into(connection, outbox).values(
            key=f"dlv_{secrets.token_urlsafe(12)}",
            channel_id=channel_id,
            alert_id=record.id,
            step=step,
            document=json.dumps(_document(record, camera_name, step)),
            created_at=now,
            due_at=now,
            attempts=0,
        )
        # A step is queued once for each channel, whatever was tried before.
        await connection.execute(row.on_conflict_do_nothing(index_elements=["channel_id", "alert_id", "step"]))


def _document(record: AlertRecord, camera_name: str, step: AlertStep) -> dict[str, Any]:
    return {
        "step": step,
        "interrupted": step is AlertStep.CLEARED and record.interrupted,
        "alert": {
            "id": record.id,
            "figure": record.figure,
            "level": record.level,
            "began_at": record.began_at,
            "ended_at": record.ended_at,
            "peak": record.peak,
            "peak_at": record.peak_at,
            "estimated": record.estimated,
            "peak_low": record.peak_low,
            "peak_high": record.peak_high,
        },
        "camera": {"id": record.camera_id, "name": camera_name},
        "zone": {"id": record.zone_id, "name": record.zone_name},
    }
