"""Rooms as JSON: several people who watch the same cameras."""

import time
from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Strict
from server.api.history.long_history import drop_history
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.times import iso
from server.api.rooms.area_json import AreaOut, present_area
from server.api.rooms.room_access import Name, room_for
from server.common.ids import new_id
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role, select_role
from server.storage.rooms.areas import select_areas
from server.storage.rooms.room_members import select_members
from server.storage.rooms.rooms import (
    Room,
    count_rooms,
    delete_room,
    insert_room,
    select_room_cameras,
    select_rooms,
    update_room_name,
)

blueprint = Blueprint("rooms", __name__, url_prefix="/api/rooms")

MOST_ROOMS = 20
"""That are a user's own; of others', a user may be in any number."""


class RoomIn(Strict):
    """What a room is called."""

    name: Name


class RoomRowOut(BaseModel):
    """A room in the list; `members` counts the owner."""

    id: str
    name: str
    role: Literal["owner", "operator", "viewer"]
    cameras: int
    members: int


class RoomsAnswer(BaseModel):
    """Every room that the user is in."""

    rooms: list[RoomRowOut]


class OwnerOut(BaseModel):
    """Whose a camera is."""

    name: str


class RoomCameraOut(BaseModel):
    """A camera of a room. `guest`: a device without an account streams it."""

    id: str
    name: str
    owner: OwnerOut
    mine: bool
    guest: bool
    live: bool


class MemberOut(BaseModel):
    """Somebody in a room; `you` is whoever asks."""

    user: str
    name: str
    role: Literal["owner", "operator", "viewer"]
    joined_at: str
    you: bool


class RoomOut(BaseModel):
    """A room with what is in it."""

    id: str
    name: str
    role: Literal["owner", "operator", "viewer"]
    cameras: list[RoomCameraOut]
    members: list[MemberOut]
    areas: list[AreaOut]


class RoomAnswer(BaseModel):
    """One room."""

    room: RoomOut


async def present_room(connection: AsyncConnection, user_id: str, room: Room) -> dict[str, Any]:
    """A room as JSON, for somebody who is in it."""
    role = await select_role(connection, user_id, room.id) or Role.VIEWER
    cameras = await select_room_cameras(connection, room.id)
    live = services().live_figures([camera.id for camera in cameras])
    return {
        "id": room.id,
        "name": room.name,
        "role": role.value,
        "cameras": [
            {
                "id": camera.id,
                "name": camera.name,
                "owner": {"name": camera.owner_name},
                "mine": camera.owner_id == user_id,
                "guest": camera.guest,
                "live": camera.id in live,
            }
            for camera in cameras
        ],
        "members": [
            {
                "user": member.user_id,
                "name": member.name,
                "role": member.role.value,
                "joined_at": iso(member.joined_at),
                "you": member.user_id == user_id,
            }
            for member in await select_members(connection, room.id)
        ],
        "areas": [present_area(area) for area in await select_areas(connection, room.id)],
    }


@blueprint.get("")
@users_only
@validate_response(RoomsAnswer, 200)
async def get_rooms() -> tuple[dict[str, Any], int]:
    """Every room that the user is in."""
    user = await require_user()
    async with services().database.reading() as connection:
        found = await select_rooms(connection, user.id)
    rows = [
        {"id": row.id, "name": row.name, "role": row.role.value, "cameras": row.cameras, "members": row.members}
        for row in found
    ]
    return {"rooms": rows}, 200


@blueprint.post("")
@users_only
@validate_request(RoomIn)
@validate_response(RoomAnswer, 201)
async def post_room(data: RoomIn) -> tuple[dict[str, Any], int]:
    """Make a room; it is the user's own."""
    user = await require_user()
    room = Room(new_id("rom"), user.id, data.name, time.time())
    async with services().database.writing() as connection:
        if await count_rooms(connection, user.id) >= MOST_ROOMS:
            raise APIError(409, "TOO_MANY_ROOMS", f"You have {MOST_ROOMS} rooms, which is the limit.")
        await insert_room(connection, room)
        await record(connection, user.id, Action.ROOM_ADDED, target=room.name)
        return {"room": await present_room(connection, user.id, room)}, 201


@blueprint.get("/<room_id>")
@users_only
@validate_response(RoomAnswer, 200)
async def get_room(room_id: str) -> tuple[dict[str, Any], int]:
    """One room."""
    user = await require_user()
    async with services().database.reading() as connection:
        room = await room_for(connection, user, room_id)
        return {"room": await present_room(connection, user.id, room)}, 200


@blueprint.patch("/<room_id>")
@users_only
@validate_request(RoomIn)
@validate_response(RoomAnswer, 200)
async def patch_room(room_id: str, data: RoomIn) -> tuple[dict[str, Any], int]:
    """Rename a room."""
    user = await require_user()
    async with services().database.writing() as connection:
        await room_for(connection, user, room_id, Role.OWNER)
        await update_room_name(connection, user.id, room_id, data.name)
        await record(connection, user.id, Action.ROOM_RENAMED, target=data.name)
        room = await room_for(connection, user, room_id)
        answer = await present_room(connection, user.id, room)
    services().rooms.changed(room_id)
    return {"room": answer}, 200


@blueprint.delete("/<room_id>")
@users_only
async def remove_room(room_id: str) -> tuple[str, int]:
    """Delete a room: cameras go back to their owners, guests' cameras are gone with all that they counted."""
    user = await require_user()
    async with services().database.reading() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        guests = [camera.id for camera in await select_room_cameras(connection, room.id) if camera.guest]
    await drop_history(guests)
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        gone = [camera.id for camera in await select_room_cameras(connection, room.id) if camera.guest]
        await delete_room(connection, user.id, room.id)
        await record(connection, user.id, Action.ROOM_DELETED, target=room.name)
    for camera_id in gone:
        services().camera_deleted(camera_id)
    services().rooms.changed(room_id)
    return "", 204
