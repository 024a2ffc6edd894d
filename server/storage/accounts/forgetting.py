"""What an account leaves behind in things that belong to others: its name, which goes as well."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role
from server.storage.rooms.room_log import LogKind
from server.storage.schema import alerts, area_alerts, audit, room_log, users

NOBODY = N_("deleted account")
OF_MEMBERS = (Action.MEMBER_CHANGED, Action.MEMBER_REMOVED)
"""What a room's owner did to a member, in the owner's log: by name, or name and role."""
OF_PEOPLE = (LogKind.NOTE, LogKind.ACKNOWLEDGED, LogKind.CLAIMED, LogKind.JOINED, LogKind.LEFT)


async def forget_name(connection: AsyncConnection, user_id: str) -> None:
    """Take a user's name out of alerts that it took and out of logs that others read, before the account is deleted."""
    name = (await connection.execute(select(users.c.username).where(users.c.id == user_id))).scalar()
    if name is None:
        return
    for table in (alerts, area_alerts):
        for column in (table.c.acknowledged_by, table.c.claimed_by):
            await connection.execute(update(table).where(column == name).values({column.name: NOBODY}))
    mine = (room_log.c.who == name, room_log.c.kind.in_([kind.value for kind in OF_PEOPLE]))
    await connection.execute(update(room_log).where(*mine).values(who=NOBODY))
    for said, instead in [(name, NOBODY), *((f"{name}, {role}", f"{NOBODY}, {role}") for role in Role)]:
        of_member = (audit.c.action.in_([one.value for one in OF_MEMBERS]), audit.c.detail == said)
        await connection.execute(update(audit).where(*of_member).values(detail=instead))
