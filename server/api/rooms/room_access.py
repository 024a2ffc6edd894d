"""Who may do what in a room; asked in the transaction that does it."""

from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.cameras.cameras import not_allowed
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line
from server.storage.accounts.users import User
from server.storage.cameras.rights import Role
from server.storage.rooms.rooms import Room, select_room


def _one_line(value: str) -> str:
    line = one_line(value)
    if not line:
        raise ValueError("Give it a name.")
    return line


Name = Annotated[str, Field(max_length=80), AfterValidator(_one_line)]
"""What people call a thing: one line of 1 to 80 characters."""


def unknown_room() -> APIError:
    """The same for a room that does not exist and for another's."""
    return APIError(404, "UNKNOWN_ROOM", "There is no such room.")


async def room_for(connection: AsyncConnection, user: User, room_id: str, at_least: Role = Role.VIEWER) -> Room:
    """A room that the user is at least this in.

    Raises
    ------
    APIError
        404 ``UNKNOWN_ROOM`` for one that the user is not in, 403 ``NOT_ALLOWED`` where the role is too small.
    """
    room = await select_room(connection, user.id, room_id, at_least)
    if room is not None:
        return room
    raise unknown_room() if await select_room(connection, user.id, room_id) is None else not_allowed()


async def require_room(room_id: str, at_least: Role = Role.VIEWER) -> tuple[User, Room]:
    """The user of this request and the room."""
    user = await require_user()
    async with services().database.reading() as connection:
        return user, await room_for(connection, user, room_id, at_least)
