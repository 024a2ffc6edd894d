"""Recordings in the database: films by their name and date; the owner is in every WHERE."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import recordings


@dataclass(frozen=True, slots=True)
class Recording:
    """A film that is counted.

    Attributes
    ----------
    camera_id : str or None
        The camera whose zones and lines it is counted with.
    size : int
        Bytes of its file, which need not be here any more.
    recorded_at : float or None
        When it begins, Unix seconds; None where that is not known.
    recorded_from : str or None
        Who says so: ``user``, ``container`` or ``file``, the date of the file on the user's device.
    """

    id: str
    owner_id: str
    camera_id: str | None
    name: str
    size: int
    recorded_at: float | None
    recorded_from: str | None
    created_at: float


async def insert_recording(connection: AsyncConnection, recording: Recording) -> None:
    """Add a recording."""
    await connection.execute(insert(recordings).values(**asdict(recording)))


async def count_recordings(connection: AsyncConnection, owner_id: str) -> int:
    """How many recordings the owner has."""
    query = select(func.count()).select_from(recordings).where(recordings.c.owner_id == owner_id)
    return int((await connection.execute(query)).scalar_one())


async def select_recordings(connection: AsyncConnection, owner_id: str) -> list[Recording]:
    """The owner's recordings, newest first."""
    query = select(recordings).where(recordings.c.owner_id == owner_id)
    ordered = query.order_by(recordings.c.created_at.desc(), recordings.c.id)
    return [Recording(**row._mapping) for row in await connection.execute(ordered)]


async def select_recording(connection: AsyncConnection, owner_id: str, recording_id: str) -> Recording | None:
    """One of the owner's recordings; None for an unknown one and for another's."""
    query = select(recordings).where(recordings.c.id == recording_id, recordings.c.owner_id == owner_id)
    row = (await connection.execute(query)).first()
    return Recording(**row._mapping) if row else None


async def update_recording(
    connection: AsyncConnection, owner_id: str, recording_id: str, values: Mapping[str, object]
) -> None:
    """Change the name, the date or the camera of one of the owner's recordings."""
    query = update(recordings).where(recordings.c.id == recording_id, recordings.c.owner_id == owner_id)
    await connection.execute(query.values(**values))


async def date_recording(connection: AsyncConnection, recording_id: str, recorded_at: float) -> None:
    """Take the date that the file itself has, unless the user gave one."""
    query = update(recordings).where(
        recordings.c.id == recording_id, recordings.c.recorded_from.is_distinct_from("user")
    )
    await connection.execute(query.values(recorded_at=recorded_at, recorded_from="container"))


async def delete_recording(connection: AsyncConnection, owner_id: str, recording_id: str) -> None:
    """Delete one of the owner's recordings; the cameras of its runs have to be deleted first."""
    query = delete(recordings).where(recordings.c.id == recording_id, recordings.c.owner_id == owner_id)
    await connection.execute(query)
