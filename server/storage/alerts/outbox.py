"""The outbox: what is to be sent of alerts, and what was. `alert_steps` fills it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.alerts.channels import Channel, read_channel
from server.storage.schema import alerts, channels, outbox

FARTHEST_S = 7200.0
"""Nothing is put off for so long: what is due later was put off before the clock was set back, and is due."""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One thing to send to one channel.

    Attributes
    ----------
    number : int
        Of its row.
    key : str
        The same at every attempt.
    attempts : int
        With the one that was claimed.
    document : dict
        What happened, as it was when it did: `step`, `interrupted`, `alert`, `camera`, `zone`; times in Unix seconds.
    """

    number: int
    key: str
    channel: Channel
    created_at: float
    attempts: int
    document: dict[str, Any]


def _due(now: float) -> ColumnElement[bool]:
    return outbox.c.finished_at.is_(None) & or_(outbox.c.due_at <= now, outbox.c.due_at > now + FARTHEST_S)


async def anything_due(connection: AsyncConnection, now: float) -> bool:
    """Whether something may be sent now; asked before a claim, which would keep others from writing."""
    query = select(outbox.c.number).where(_due(now)).limit(1)
    return (await connection.execute(query)).first() is not None


async def claim_due(
    connection: AsyncConnection, now: float, lease_s: float, busy: Mapping[str, str], limit: int, per_user: int
) -> list[OutboxMessage]:
    """Take what is due, the oldest of each channel; steps of an alert in their order.

    Parameters
    ----------
    lease_s : float
        So much later a parcel is due again unless it is finished or postponed: whoever claimed it has died.
    busy : mapping of str to str
        Channels that something is being sent to just now, and whose they are.
    limit, per_user : int
        How many may be under way at once, with those of `busy`.
    """
    taken: list[RowMapping] = []
    shares = Counter(busy.values())
    for row in await connection.execute(_heads(now, list(busy))):
        if len(taken) + len(busy) < limit and shares[row.user_id] < per_user:
            shares[row.user_id] += 1
            taken.append(row._mapping)
    claimed = update(outbox).where(outbox.c.number.in_([row["number"] for row in taken]))
    await connection.execute(claimed.values(due_at=now + lease_s, attempts=outbox.c.attempts + 1))
    return [
        OutboxMessage(
            number=row["number"],
            key=row["key"],
            channel=read_channel(row, ()),
            created_at=row["queued_at"],
            attempts=row["attempts"] + 1,
            document=json.loads(row["document"]),
        )
        for row in taken
    ]


def _heads(now: float, busy: Sequence[str]) -> Select[tuple[Any, ...]]:
    """Of each channel that is not busy the oldest parcel that is due, unless a step before it still waits."""
    earlier = outbox.alias("earlier")
    step_before = exists().where(
        earlier.c.channel_id == outbox.c.channel_id,
        earlier.c.alert_id == outbox.c.alert_id,
        earlier.c.finished_at.is_(None),
        earlier.c.number < outbox.c.number,
    )
    heads = (
        select(func.min(outbox.c.number))
        .where(_due(now), outbox.c.channel_id.not_in(busy), ~step_before)
        .group_by(outbox.c.channel_id)
    )
    columns = (outbox.c.number, outbox.c.key, outbox.c.created_at.label("queued_at"), outbox.c.attempts)
    return (
        select(*columns, outbox.c.document, channels)
        .join(channels, channels.c.id == outbox.c.channel_id)
        .where(outbox.c.number.in_(heads), channels.c.enabled)
        .order_by(outbox.c.due_at)
    )


async def finish_parcel(connection: AsyncConnection, number: int, now: float, outcome: str) -> None:
    """Nothing more is to be done: it was ``"delivered"``, or was ``"given up"``."""
    query = update(outbox).where(outbox.c.number == number, outbox.c.finished_at.is_(None))
    await connection.execute(query.values(finished_at=now, outcome=outcome))


async def postpone_parcel(connection: AsyncConnection, number: int, due_at: float) -> None:
    """Try again at that time."""
    await connection.execute(update(outbox).where(outbox.c.number == number).values(due_at=due_at))


async def drop_waiting(connection: AsyncConnection, channel_id: str, now: float) -> None:
    """What waits for a channel is not sent any more."""
    query = update(outbox).where(outbox.c.channel_id == channel_id, outbox.c.finished_at.is_(None))
    await connection.execute(query.values(finished_at=now, outcome="dropped"))


async def count_waiting(connection: AsyncConnection, user_id: str) -> dict[str, tuple[int, float]]:
    """How much waits for each of the user's channels, and when the next is due."""
    query = (
        select(outbox.c.channel_id, func.count(), func.min(outbox.c.due_at))
        .join(channels, channels.c.id == outbox.c.channel_id)
        .where(channels.c.user_id == user_id, outbox.c.finished_at.is_(None))
        .group_by(outbox.c.channel_id)
    )
    return {channel_id: (count, due_at) for channel_id, count, due_at in await connection.execute(query)}


async def give_up_old(connection: AsyncConnection, before: float, now: float) -> None:
    """What waits since before that time is not sent any more."""
    query = update(outbox).where(outbox.c.created_at < before, outbox.c.finished_at.is_(None))
    await connection.execute(query.values(finished_at=now, outcome="given up"))


async def delete_finished(connection: AsyncConnection, before: float) -> None:
    """Forget what was sent of alerts that ended before that time; of open ones it keeps steps from being told twice."""
    over = select(alerts.c.id).where(alerts.c.ended_at < before)
    await connection.execute(delete(outbox).where(outbox.c.finished_at < before, outbox.c.alert_id.in_(over)))
