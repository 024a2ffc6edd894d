"""Following an invitation: as a member of the room, or as a device that is one of its cameras."""

import secrets
import time
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint, Response, jsonify, request
from quart_schema import document_response, validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Strict
from server.api.http.access import everybody
from server.api.http.audit import record
from server.api.http.auth import find_user, require_user
from server.api.http.context import services
from server.api.http.cookies import GUEST, set_cookie, value_of
from server.api.http.device_cookies import DEVICE_COOKIE, read_cookie
from server.api.http.errors import APIError
from server.api.http.times import iso
from server.api.rooms.join_book import name_of_device
from server.api.rooms.room_access import Name
from server.common.ids import new_id
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.accounts.users import User
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.cameras.rights import Role, select_role
from server.storage.rooms.guests import (
    GuestGrant,
    count_room_guests,
    guest_id,
    insert_guest,
    move_guest,
    release_ended,
    rename_guest,
    select_device,
)
from server.storage.rooms.invites import Invite, OpenInvite, select_open_invite, use_invite
from server.storage.rooms.room_log import LogEntry, LogKind, insert_log
from server.storage.rooms.room_members import count_members, join_room
from server.storage.rooms.rooms import count_room_cameras

blueprint = Blueprint("join", __name__, url_prefix="/api/join")

MOST_MEMBERS = 200
TOKEN_BYTES = 32


class JoinIn(Strict):
    """What the device is to be called; members have a name already."""

    name: Name | None = None


class RoomName(BaseModel):
    """The room that an invitation leads to."""

    name: str


class InvitationAnswer(BaseModel):
    """What an invitation is for, told to whoever has its link."""

    room: RoomName
    role: Literal["camera", "viewer", "operator"]
    expires_at: str


class DeviceCamera(BaseModel):
    """The camera that a device is."""

    id: str
    name: str


class DeviceAnswer(BaseModel):
    """What a device needs to stream; `expires_in` in seconds. The token is in its cookie as well."""

    camera: DeviceCamera
    token: str
    expires_in: int
    url: str


class RoomId(BaseModel):
    """The room that one is in now."""

    id: str


class MemberAnswer(BaseModel):
    """What a user is in the room now."""

    room: RoomId
    role: Literal["viewer", "operator", "owner"]


def not_found() -> APIError:
    """The same for a link that never was, has expired, is used up or was withdrawn."""
    return APIError(404, "INVITE_NOT_FOUND", "This invitation does not hold any more. Ask for a new one.")


@blueprint.get("/<code>")
@everybody
@validate_response(InvitationAnswer, 200)
async def get_invitation(code: str) -> tuple[dict[str, Any], int]:
    """What the link is for."""
    async with services().database.reading() as connection:
        found = await _open_invite(connection, code)
    invite = found.invite
    return {"room": {"name": found.room_name}, "role": invite.role.value, "expires_at": iso(invite.expires_at)}, 200


@blueprint.post("/<code>")
@everybody
@validate_request(JoinIn)
@document_response(DeviceAnswer, 201)
@document_response(MemberAnswer, 200)
async def post_join(code: str, data: JoinIn) -> tuple[Response, int]:
    """Follow the link. A device becomes a camera (201) and is the same camera when it comes back; a user, a member."""
    async with services().database.reading() as connection:
        role = (await _open_invite(connection, code)).invite.role
    if role is Role.CAMERA:
        return await _join_as_camera(code, data.name)
    user = await require_user()
    async with services().database.writing() as connection:
        found = await _open_invite(connection, code)
        now_is, entry = await _let_in(connection, found, user)
    if entry is not None:
        services().rooms.changed(found.invite.room_id)
        services().rooms.logged(found.invite.room_id, entry)
    return jsonify({"room": {"id": found.invite.room_id}, "role": now_is.value}), 200


async def _open_invite(connection: AsyncConnection, code: str) -> OpenInvite:
    """The invitation, for whoever it lets in still: newcomers, or a device or member that it let in before."""
    found = await select_open_invite(connection, code, time.time())
    if found is None:
        raise not_found()
    if found.invite.uses >= found.invite.max_uses and not await _let_in_before(connection, found):
        raise not_found()
    return found


async def _let_in_before(connection: AsyncConnection, found: OpenInvite) -> bool:
    """Whether this is the device that the invitation let in, or somebody who is in the room."""
    if found.invite.role is Role.CAMERA:
        device = await _device(connection, found)
        return device is not None and device.invite_id == found.invite.id
    user = await find_user()
    return user is not None and await select_role(connection, user.id, found.invite.room_id) is not None


def _token() -> str | None:
    return value_of(request.cookies, GUEST, safe=services().cookies.is_safe(request.scheme))[0]


async def _device(connection: AsyncConnection, found: OpenInvite) -> GuestGrant | None:
    token = _token()
    return await select_device(connection, guest_id(token), found.invite.room_id) if token else None


async def _let_in(connection: AsyncConnection, found: OpenInvite, user: User) -> tuple[Role, LogEntry | None]:
    """Make the user a member; for whoever is one already nothing is used up, unless the role grows."""
    invite = found.invite
    if user.id == found.owner_id:
        return Role.OWNER, None
    is_new = await select_role(connection, user.id, invite.room_id) is None
    if is_new and await count_members(connection, invite.room_id) >= MOST_MEMBERS:
        raise APIError(409, "ROOM_FULL", f"This room has {MOST_MEMBERS} members, which is the limit.")
    now = time.time()
    before, after = await join_room(connection, invite.room_id, user.id, invite.role, now)
    if before is after:
        return after, None
    if not await use_invite(connection, invite.id):
        raise not_found()
    await record(connection, user.id, Action.ROOM_JOINED, target=found.room_name, detail=after.value)
    return after, await insert_log(connection, invite.room_id, LogKind.JOINED, user.username, after.value, now)


async def _join_as_camera(code: str, name: str | None) -> tuple[Response, int]:
    token = _token() or ""
    async with services().database.writing() as connection:
        found = await _open_invite(connection, code)
        room_id = found.invite.room_id
        device = await _device(connection, found)
        entry = None
        if device is None:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            device = await _same_device(connection, found, token, name)
        if device is None:
            device = await _new_device(connection, found, token, name)
            entry = await insert_log(connection, room_id, LogKind.JOINED, device.camera_name, "camera", time.time())
        elif device.invite_id != found.invite.id:
            await _use(connection, found)
            await move_guest(connection, device.guest_id, found.invite.id)
    if entry is not None:
        services().rooms.changed(room_id)
        services().rooms.logged(room_id, entry)
    left_s = int(found.invite.expires_at - time.time())
    answer = {
        "camera": {"id": device.camera_id, "name": device.camera_name},
        "token": token,
        "expires_in": left_s,
        "url": f"/join/{code}",
    }
    response = jsonify(answer)
    set_cookie(response, GUEST, token, left_s, safe=services().cookies.is_safe(request.scheme))
    return response, 201


def _this_device(name: str | None) -> str:
    program = f"{request.headers.get('User-Agent', '')} {name or ''}"
    return name_of_device(read_cookie(DEVICE_COOKIE), request.remote_addr or "", program)


async def _same_device(
    connection: AsyncConnection, found: OpenInvite, token: str, name: str | None
) -> GuestGrant | None:
    """The camera that this device, which lost its token, is already; it has it by this one from now on.

    Raises
    ------
    APIError
        409 ``DEVICE_IS_CAMERA`` while that camera is connected: the device that streams keeps it.
    """
    book, invite = services().joined, found.invite
    before = book.find(invite.id, _this_device(name))
    device = await select_device(connection, before, invite.room_id) if before else None
    if device is None or before is None or device.invite_id != invite.id:
        return None
    if before in services().guests_connected():
        raise APIError(409, "DEVICE_IS_CAMERA", N_("This device is a camera of this room already."))
    await rename_guest(connection, before, guest_id(token))
    book.note(invite.id, _this_device(name), request.remote_addr or "", guest_id(token))
    return replace(device, guest_id=guest_id(token))


async def _require_room_for_address(connection: AsyncConnection, invite: Invite) -> None:
    """Raises APIError 409 ``TOO_MANY_FROM_ADDRESS``."""
    limit = services().settings.cameras_per_address
    guests = services().joined.of_address(invite.id, request.remote_addr or "")
    there = [one for one in guests if await select_device(connection, one, invite.room_id)]
    if len(there) >= limit:
        message = N_(f"This invitation has {limit} cameras from your network, which is the limit. Ask for another one.")
        raise APIError(409, "TOO_MANY_FROM_ADDRESS", message)


async def _new_device(connection: AsyncConnection, found: OpenInvite, token: str, name: str | None) -> GuestGrant:
    invite = found.invite
    limit, for_guests = _places(services().settings.cameras_per_room)
    number = await count_room_cameras(connection, invite.room_id)
    guests = await count_room_guests(connection, invite.room_id)
    if number >= limit or guests >= for_guests:
        ended = await release_ended(connection, invite.room_id, time.time())
        number, guests = number - ended, guests - ended
    if number >= limit or guests >= for_guests:
        limit = limit if number >= limit else for_guests
        raise APIError(409, "ROOM_FULL", f"This room has {limit} cameras, which is the limit.")
    await _require_room_for_address(connection, invite)
    await _use(connection, found)
    now = time.time()
    camera = Camera(new_id("cam"), found.owner_id, name or f"Phone {number + 1}", now, invite.room_id)
    await insert_camera(connection, camera)
    await insert_guest(connection, guest_id(token), camera.id, invite.id, now)
    services().joined.note(invite.id, _this_device(name), request.remote_addr or "", guest_id(token))
    return GuestGrant(
        guest_id(token), camera.id, camera.name, found.owner_id, invite.room_id, invite.id, invite.expires_at
    )


def _places(most: int) -> tuple[int, int]:
    """Cameras of a room, and of guests among them: a quarter stays for those of its people."""
    return most, most - most // 4


async def _use(connection: AsyncConnection, found: OpenInvite) -> None:
    if not await use_invite(connection, found.invite.id):
        raise not_found()
