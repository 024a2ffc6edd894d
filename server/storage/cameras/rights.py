"""Which right a user has on a camera, and which role in a room: the one place that says so, for every WHERE."""

from enum import IntEnum, StrEnum

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.storage.schema import cameras, room_members, rooms, runs


class Right(IntEnum):
    """What may be done with a camera; each includes the ones before.

    A camera is its owner's. Whoever is in its room may look, and operators and the room's owner may operate it.
    The camera of a recording's run may be looked at alone: nothing else may ever be counted or drawn there.
    """

    LOOK = 1
    OPERATE = 2  # zones, limits, alerts
    OWN = 3  # stream, rename, delete


class Role(StrEnum):
    """What somebody is in a room. `CAMERA` is a guest device, which is no member."""

    CAMERA = "camera"
    VIEWER = "viewer"
    OPERATOR = "operator"
    OWNER = "owner"


RANK = {Role.CAMERA: 0, Role.VIEWER: 1, Role.OPERATOR: 2, Role.OWNER: 3}
_ROLE_FOR = {Right.LOOK: Role.VIEWER, Right.OPERATE: Role.OPERATOR}


def has_role(user_id: str, at_least: Role) -> ColumnElement[bool]:
    """That the user is at least this in the row's room; for queries on `rooms`."""
    mine = rooms.c.owner_id == user_id
    enough = [role.value for role in (Role.VIEWER, Role.OPERATOR) if RANK[role] >= RANK[at_least]]
    if not enough:
        return mine
    joined = select(room_members.c.room_id).where(room_members.c.user_id == user_id, room_members.c.role.in_(enough))
    return or_(mine, rooms.c.id.in_(joined))


def has_right(user_id: str, right: Right) -> ColumnElement[bool]:
    """That the user has this right on the row's camera; for queries on `cameras`."""
    owned = cameras.c.owner_id == user_id
    role = _ROLE_FOR.get(right)
    shared = cameras.c.room_id.in_(select(rooms.c.id).where(has_role(user_id, role))) if role else false()
    allowed = or_(owned, shared)
    return allowed if right is Right.LOOK else and_(allowed, of_no_run())


def of_no_run() -> ColumnElement[bool]:
    """That the row's camera is none of a recording's run; for queries on `cameras`."""
    return cameras.c.id.not_in(select(runs.c.camera_id))


async def select_role(connection: AsyncConnection, user_id: str, room_id: str) -> Role | None:
    """What the user is in a room; None for a room that is unknown or somebody else's."""
    query = (
        select(rooms.c.owner_id, room_members.c.role)
        .outerjoin(room_members, (room_members.c.room_id == rooms.c.id) & (room_members.c.user_id == user_id))
        .where(rooms.c.id == room_id, has_role(user_id, Role.VIEWER))
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return Role.OWNER if row.owner_id == user_id else Role(row.role)
