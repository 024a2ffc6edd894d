"""The log of a room: what happened, and notes for whoever comes next."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.engine.upsert import insert_into
from server.storage.schema import LAST_NUMBER, room_log

MOST_ENTRIES = 2_000
"""Of each room and sort of entry; the oldest go first."""


class LogKind(StrEnum):
    """What an entry tells of."""

    NOTE = "note"
    ALERT = "alert"
    ACKNOWLEDGED = "acknowledged"
    CLAIMED = "claimed"
    JOINED = "joined"
    LEFT = "left"
    CAMERA_ON = "camera_on"
    CAMERA_OFF = "camera_off"


SORTS = (frozenset({LogKind.CAMERA_ON, LogKind.CAMERA_OFF}), frozenset({LogKind.ALERT}))
"""What machines write much of. It makes no place for itself among what people wrote, nor the one among the other."""
PEOPLE = frozenset(LogKind).difference(*SORTS)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry; `at` in Unix seconds, `who` a user's or a camera's name."""

    id: int
    at: float
    kind: LogKind
    who: str
    text: str


async def insert_log(
    connection: AsyncConnection, room_id: str, kind: LogKind, who: str, text: str, now: float, key: str | None = None
) -> LogEntry:
    """Write an entry; what is too old for the log goes. One with a `key` that is there already is not written again."""
    who, text = who[:80], text[:500]
    row = insert_into(connection, room_log).values(
        room_id=room_id, at=now, kind=kind.value, who=who, text=text, key=key
    )
    once = row.on_conflict_do_nothing(index_elements=["key"]).returning(room_log.c.id)
    number = (await connection.execute(once)).scalar()
    if number is None:
        number = (await connection.execute(select(room_log.c.id).where(room_log.c.key == key))).scalar_one()
    entry = LogEntry(number, now, kind, who, text)
    sort = next((one for one in SORTS if kind in one), PEOPLE)
    alike = room_log.c.room_id == room_id, room_log.c.kind.in_([one.value for one in sort])
    keep = select(room_log.c.id).where(*alike).order_by(room_log.c.id.desc()).offset(MOST_ENTRIES).limit(1)
    oldest = (await connection.execute(keep)).scalar()
    if oldest is not None:
        await connection.execute(delete(room_log).where(*alike, room_log.c.id <= oldest))
    return entry


async def select_log(
    connection: AsyncConnection, room_id: str, limit: int, before: int | None = None
) -> list[LogEntry]:
    """The entries of a room whose reader was checked, newest first; `before` is the id of the last one known."""
    query = select(room_log).where(room_log.c.room_id == room_id).order_by(room_log.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(room_log.c.id < min(before, LAST_NUMBER))
    return [LogEntry(row.id, row.at, LogKind(row.kind), row.who, row.text) for row in await connection.execute(query)]
