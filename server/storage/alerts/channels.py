"""Channels in the database: where a user is told of alerts. The user is in every WHERE of what users ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import cameras, channel_cameras, channels

MAX_ERROR = 300


class ChannelKind(StrEnum):
    """How a message travels."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    PUSH = "push"


class AlertStep(StrEnum):
    """What of an alert is told: that it began or became worse, by its level, and that it is over."""

    WARNING = "warning"
    CRITICAL = "critical"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a user is told of alerts. Times are Unix seconds.

    Attributes
    ----------
    target : str
        A URL, a mail address, or the endpoint of a browser's push service.
    secret : str
        Web hook: the key of the signature. Mail: the code that confirms the address. Push: the browser's keys, as JSON.
    steps : tuple of Step
        What is told.
    camera_ids : tuple of str or None
        Of which cameras; None for all, later ones too.
    confirmed_at : float or None
        None until a mail address is known to want this; nothing is sent before.
    delivered_at, failed_at : float or None
        The last success and the last failure.
    error : str
        One sentence on the last failure; empty once something arrived after it.
    """

    id: str
    user_id: str
    kind: ChannelKind
    name: str
    target: str
    secret: str
    enabled: bool
    steps: tuple[AlertStep, ...]
    camera_ids: tuple[str, ...] | None
    created_at: float
    confirmed_at: float | None
    delivered_at: float | None = None
    failed_at: float | None = None
    error: str = ""


def read_channel(row: RowMapping, camera_ids: Iterable[str]) -> Channel:
    """A channel from a row of its table and its cameras."""
    return Channel(
        id=row["id"],
        user_id=row["user_id"],
        kind=ChannelKind(row["kind"]),
        name=row["name"],
        target=row["target"],
        secret=row["secret"],
        enabled=row["enabled"],
        steps=tuple(AlertStep(step) for step in row["steps"].split()),
        camera_ids=None if row["all_cameras"] else tuple(sorted(camera_ids)),
        created_at=row["created_at"],
        confirmed_at=row["confirmed_at"],
        delivered_at=row["delivered_at"],
        failed_at=row["failed_at"],
        error=row["error"],
    )


async def insert_channel(connection: AsyncConnection, channel: Channel) -> None:
    """Add a channel; its cameras must be the user's. Raises IntegrityError for a target that the user has already."""
    await connection.execute(
        insert(channels).values(
            id=channel.id,
            user_id=channel.user_id,
            kind=channel.kind,
            name=channel.name,
            target=channel.target,
            secret=channel.secret,
            enabled=channel.enabled,
            steps=" ".join(channel.steps),
            all_cameras=channel.camera_ids is None,
            created_at=channel.created_at,
            confirmed_at=channel.confirmed_at,
            error=channel.error,
        )
    )
    await _set_cameras(connection, channel)


async def _set_cameras(connection: AsyncConnection, channel: Channel) -> None:
    await connection.execute(delete(channel_cameras).where(channel_cameras.c.channel_id == channel.id))
    if channel.camera_ids:
        rows = [{"channel_id": channel.id, "camera_id": camera_id} for camera_id in channel.camera_ids]
        await connection.execute(insert(channel_cameras), rows)


async def count_channels(connection: AsyncConnection, user_id: str) -> int:
    """How many channels the user has."""
    query = select(func.count()).select_from(channels).where(channels.c.user_id == user_id)
    return int((await connection.execute(query)).scalar_one())


async def select_channels(connection: AsyncConnection, user_id: str) -> list[Channel]:
    """The user's channels, oldest first."""
    query = select(channels).where(channels.c.user_id == user_id).order_by(channels.c.created_at, channels.c.id)
    rows = [row._mapping for row in await connection.execute(query)]
    chosen: dict[str, list[str]] = {row["id"]: [] for row in rows}
    pairs = select(channel_cameras).where(channel_cameras.c.channel_id.in_(chosen))
    for channel_id, camera_id in await connection.execute(pairs):
        chosen[channel_id].append(camera_id)
    return [read_channel(row, chosen[row["id"]]) for row in rows]


async def select_channel(connection: AsyncConnection, user_id: str, channel_id: str) -> Channel | None:
    """One of the user's channels; None when it is unknown or another's."""
    found = await select_channels(connection, user_id)
    return next((channel for channel in found if channel.id == channel_id), None)


async def select_owned(connection: AsyncConnection, user_id: str, camera_ids: Sequence[str]) -> set[str]:
    """Which of these cameras are the user's."""
    query = select(cameras.c.id).where(cameras.c.owner_id == user_id, cameras.c.id.in_(camera_ids))
    return set((await connection.execute(query)).scalars())


async def update_channel(connection: AsyncConnection, channel: Channel) -> None:
    """Write what a user may change: name, enabled, steps, cameras, and whether it is confirmed."""
    query = update(channels).where(channels.c.id == channel.id, channels.c.user_id == channel.user_id)
    values = query.values(
        name=channel.name,
        secret=channel.secret,
        enabled=channel.enabled,
        steps=" ".join(channel.steps),
        all_cameras=channel.camera_ids is None,
        confirmed_at=channel.confirmed_at,
    )
    if (await connection.execute(values)).rowcount:
        await _set_cameras(connection, channel)


async def delete_channel(connection: AsyncConnection, user_id: str, channel_id: str) -> bool:
    """Delete one of the user's channels with what waits for it. Returns whether there was such a channel."""
    query = delete(channels).where(channels.c.id == channel_id, channels.c.user_id == user_id)
    return (await connection.execute(query)).rowcount == 1


async def note_outcome(connection: AsyncConnection, channel_id: str, now: float, error: str) -> None:
    """Keep how the last delivery went; an empty error is a success."""
    values: dict[str, Any] = {"failed_at": now} if error else {"delivered_at": now}
    query = update(channels).where(channels.c.id == channel_id)
    await connection.execute(query.values(error=error[:MAX_ERROR], **values))


async def disable_channel(connection: AsyncConnection, channel_id: str) -> None:
    """Nothing is sent there any more: who is behind it is gone."""
    await connection.execute(update(channels).where(channels.c.id == channel_id).values(enabled=False))
