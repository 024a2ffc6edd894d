"""Who is in a room and which cameras are, as JSON."""

import time
from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.cameras.cameras import camera_for, not_allowed, unknown_camera
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.rooms.room_access import room_for
from server.api.rooms.rooms import RoomAnswer, present_room
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role
from server.storage.rooms.room_log import LogKind, insert_log
from server.storage.rooms.room_members import delete_member, select_members, update_role
from server.storage.rooms.rooms import count_room_cameras, place_camera, remove_camera, select_room_cameras

blueprint = Blueprint("rooms_people", __name__, url_prefix="/api/rooms/<room_id>")


class RoleIn(Strict):
    """What a member is to be."""

    role: Literal["operator", "viewer"]


class DoneOut(BaseModel):
    """What a member is now."""

    user: str
    role: Literal["operator", "viewer"]


def unknown_member() -> APIError:
    """Nobody of that id is in the room; its owner is there for good."""
    return APIError(404, "UNKNOWN_MEMBER", "There is no such member in this room.")


@blueprint.put("/cameras/<camera_id>")
@users_only
@validate_response(RoomAnswer, 200)
async def put_camera(room_id: str, camera_id: str) -> tuple[dict[str, Any], int]:
    """Put an own camera into a room; it leaves the one that it was in."""
    user = await require_user()
    limit = services().settings.cameras_per_room
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OPERATOR)
        camera = await camera_for(connection, user, camera_id)
        if camera.room_id != room.id and await count_room_cameras(connection, room.id) >= limit:
            raise APIError(409, "ROOM_FULL", f"This room has {limit} cameras, which is the limit.")
        await place_camera(connection, user.id, camera.id, room.id)
        await record(connection, user.id, Action.CAMERA_PLACED, target=camera.name, detail=room.name)
        answer = await present_room(connection, user.id, room)
    for changed in {camera.room_id or room.id, room.id}:
        services().rooms.changed(changed)
    return {"room": answer}, 200


@blueprint.delete("/cameras/<camera_id>")
@users_only
async def take_camera_out(room_id: str, camera_id: str) -> tuple[str, int]:
    """Take a camera out of the room, by its owner or the room's. A guest's device is cut."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id)
        found = next((one for one in await select_room_cameras(connection, room.id) if one.id == camera_id), None)
        if found is None:
            raise unknown_camera()
        if not await remove_camera(connection, user.id, camera_id, room.id):
            raise not_allowed()
        await record(connection, user.id, Action.CAMERA_TAKEN_OUT, target=found.name, detail=room.name)
    services().rooms.changed(room.id)
    return "", 204


@blueprint.patch("/members/<user_id>")
@users_only
@validate_request(RoleIn)
@validate_response(DoneOut, 200)
async def patch_member(room_id: str, user_id: str, data: RoleIn) -> tuple[dict[str, Any], int]:
    """Give a member another role."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OWNER)
        if not await update_role(connection, room.id, user_id, Role(data.role)):
            raise unknown_member()
        name = next(one.name for one in await select_members(connection, room.id) if one.user_id == user_id)
        await record(connection, user.id, Action.MEMBER_CHANGED, target=room.name, detail=f"{name}, {data.role}")
    services().rooms.changed(room.id)
    return {"user": user_id, "role": data.role}, 200


@blueprint.delete("/members/<user_id>")
@users_only
async def remove_member(room_id: str, user_id: str) -> tuple[str, int]:
    """Let a member go, or leave; the cameras that the member placed leave as well."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.VIEWER if user_id == user.id else Role.OWNER)
        members = {member.user_id: member.name for member in await select_members(connection, room.id)}
        if not await delete_member(connection, room.id, user_id):
            raise unknown_member()
        action = Action.ROOM_LEFT if user_id == user.id else Action.MEMBER_REMOVED
        await record(connection, user.id, action, target=room.name, detail=members[user_id])
        entry = await insert_log(connection, room.id, LogKind.LEFT, members[user_id], "", time.time())
    services().rooms.changed(room.id)
    services().rooms.logged(room.id, entry)
    return "", 204
