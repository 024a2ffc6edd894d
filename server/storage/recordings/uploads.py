"""Files of recordings that are being sent or wait to be counted; the bytes themselves lie in a folder."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.recordings.runs import OPEN
from server.storage.schema import recordings, runs, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a recording.

    Attributes
    ----------
    size, received : int
        Bytes: all of them, and those that are here.
    expires_at : float
        When it is given up, Unix seconds.
    model, quality : str
        Of the run that begins when it is complete.
    """

    id: str
    recording_id: str
    size: int
    received: int
    expires_at: float
    model: str
    quality: str

    @property
    def complete(self) -> bool:
        """Whether every byte is here."""
        return self.received == self.size


def _read(row: Row[tuple[object, ...]]) -> Upload:
    return Upload(row.id, row.recording_id, row.size, row.received, row.expires_at, row.model, row.quality)


async def insert_upload(connection: AsyncConnection, upload: Upload) -> None:
    """Announce a file."""
    await connection.execute(insert(uploads).values(**asdict(upload)))


async def select_upload(connection: AsyncConnection, owner_id: str, upload_id: str) -> Upload | None:
    """One of the owner's files; None for an unknown one and for another's."""
    query = select(uploads).join(recordings, recordings.c.id == uploads.c.recording_id)
    row = (await connection.execute(query.where(uploads.c.id == upload_id, recordings.c.owner_id == owner_id))).first()
    return _read(row) if row else None


async def select_uploads(connection: AsyncConnection, recording_ids: Collection[str]) -> dict[str, Upload]:
    """The files of these recordings that are here, wholly or in part, by recording."""
    query = select(uploads).where(uploads.c.recording_id.in_(recording_ids))
    return {row.recording_id: _read(row) for row in await connection.execute(query)}


async def select_held(connection: AsyncConnection, owner_id: str) -> tuple[int, int]:
    """How many files an owner has here, and how many bytes these have once they are complete."""
    query = select(func.count(), func.coalesce(func.sum(uploads.c.size), 0))
    mine = query.join(recordings, recordings.c.id == uploads.c.recording_id).where(recordings.c.owner_id == owner_id)
    files, size = (await connection.execute(mine)).one()
    return int(files), int(size)


async def update_received(connection: AsyncConnection, upload_id: str, received: int, expires_at: float) -> bool:
    """Note how many bytes are here. Returns whether the upload is known still."""
    query = update(uploads).where(uploads.c.id == upload_id)
    return (await connection.execute(query.values(received=received, expires_at=expires_at))).rowcount == 1


async def delete_upload(connection: AsyncConnection, upload_id: str) -> None:
    """The file is not kept any more."""
    await connection.execute(delete(uploads).where(uploads.c.id == upload_id))


async def delete_counted_upload(connection: AsyncConnection, recording_id: str) -> None:
    """Give up the file of a recording of which no run waits or counts; one that is still being sent stays."""
    counted = select(runs.c.recording_id).where(runs.c.state.in_(OPEN))
    complete = uploads.c.received == uploads.c.size
    mine = (uploads.c.recording_id == recording_id, complete, uploads.c.recording_id.not_in(counted))
    await connection.execute(delete(uploads).where(*mine))


async def delete_old_uploads(connection: AsyncConnection, now: float) -> None:
    """Give up files that expired, and recordings of which nothing else is known."""
    counted = select(runs.c.recording_id).where(runs.c.state.in_(OPEN))
    over = (uploads.c.expires_at < now, uploads.c.recording_id.not_in(counted))
    gone = list((await connection.execute(select(uploads.c.recording_id).where(*over))).scalars())
    await connection.execute(delete(uploads).where(*over))
    await delete_bare_recordings(connection, gone)


async def delete_bare_recordings(connection: AsyncConnection, recording_ids: Collection[str]) -> None:
    """Delete those of the recordings that have neither a file nor a run."""
    bare = (
        recordings.c.id.in_(recording_ids),
        recordings.c.id.not_in(select(runs.c.recording_id)),
        recordings.c.id.not_in(select(uploads.c.recording_id)),
    )
    await connection.execute(delete(recordings).where(*bare))


async def select_upload_ids(connection: AsyncConnection) -> set[str]:
    """Every file that may be here."""
    return set((await connection.execute(select(uploads.c.id))).scalars())
