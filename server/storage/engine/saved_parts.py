"""Which parts of a stream were written, so that one whose answer was lost is not added to the sums twice."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import insert_into
from server.storage.history.retention import DAY_S
from server.storage.schema import saved_parts

KEPT = 100
"""Parts of each stream that are remembered; few are ever under way at once."""


async def begin_part(connection: AsyncConnection, stream_id: str, camera_id: str, number: int, now: float) -> bool:
    """Note in the transaction of a part that it is written. Returns False for one that was.

    Parameters
    ----------
    number : int
        Grows with every part of the stream; a part that is repeated has the one that it had.
    """
    row = insert_into(connection, saved_parts).values(stream_id=stream_id, camera_id=camera_id, number=number, at=now)
    once = row.on_conflict_do_nothing(index_elements=["stream_id", "number"]).returning(saved_parts.c.number)
    if (await connection.execute(once)).first() is None:
        return False
    past = (saved_parts.c.stream_id == stream_id, saved_parts.c.number <= number - KEPT)
    await connection.execute(delete(saved_parts).where(*past))
    return True


async def delete_old_parts(connection: AsyncConnection, now: float) -> None:
    """Forget streams that nothing was written of for a day."""
    await connection.execute(delete(saved_parts).where(saved_parts.c.at < now - DAY_S))
