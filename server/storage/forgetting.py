"""What an account leaves behind in things that belong to others: its name, which goes as well."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.room_log import Kind
from server.storage.schema import alerts, area_alerts, room_log, users

NOBODY = "deleted account"
OF_PEOPLE = (Kind.NOTE, Kind.ACKNOWLEDGED, Kind.CLAIMED, Kind.JOINED, Kind.LEFT)


async def forget_name(connection: AsyncConnection, user_id: str) -> None:
    """Take a user's name out of alerts that it took and out of the logs of rooms, before the account is deleted."""
    name = (await connection.execute(select(users.c.username).where(users.c.id == user_id))).scalar()
    if name is None:
        return
    for table in (alerts, area_alerts):
        for column in (table.c.acknowledged_by, table.c.claimed_by):
            await connection.execute(update(table).where(column == name).values({column.name: NOBODY}))
    mine = (room_log.c.who == name, room_log.c.kind.in_([kind.value for kind in OF_PEOPLE]))
    await connection.execute(update(room_log).where(*mine).values(who=NOBODY))
