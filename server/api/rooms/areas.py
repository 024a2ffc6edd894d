"""The areas of a room as JSON: zones of several cameras as one figure."""

import time
from typing import Any

from quart import Blueprint
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.rooms.area_json import (
    MOST_AREAS,
    AreaAnswer,
    AreaChange,
    AreaIn,
    AreasAnswer,
    LimitsIn,
    PartIn,
    present_area,
)
from server.api.rooms.room_access import require_room, room_for
from server.common.ids import new_id
from server.core.alarm import Limits
from server.core.errors import CodedError
from server.storage.accounts.audit import Action
from server.storage.cameras.rights import Role
from server.storage.rooms.areas import Area, AreaPart, count_areas, delete_area, insert_area, replace_area, select_areas
from server.storage.rooms.rooms import select_room_cameras

blueprint = Blueprint("rooms_areas", __name__, url_prefix="/api/rooms/<room_id>/areas")


def unknown_area() -> APIError:
    """The same for an area that does not exist and for one of another room."""
    return APIError(404, "UNKNOWN_AREA", "There is no such area.")


@blueprint.get("")
@users_only
@validate_response(AreasAnswer, 200)
async def get_areas(room_id: str) -> tuple[dict[str, Any], int]:
    """The areas of a room."""
    _, room = await require_room(room_id)
    async with services().database.reading() as connection:
        return {"areas": [present_area(area) for area in await select_areas(connection, room.id)]}, 200


@blueprint.post("")
@users_only
@validate_request(AreaIn)
@validate_response(AreaAnswer, 201)
async def post_area(room_id: str, data: AreaIn) -> tuple[dict[str, Any], int]:
    """Add an area."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OPERATOR)
        if await count_areas(connection, room.id) >= MOST_AREAS:
            raise APIError(409, "TOO_MANY_AREAS", f"A room has at most {MOST_AREAS} areas.")
        parts = await _parts(connection, room.id, data.members)
        warning, critical = _limits(data.limits)
        area = Area(new_id("are"), room.id, data.name, parts, data.capacity, warning, critical, False, time.time())
        await insert_area(connection, area)
        await record(connection, user.id, Action.AREA_CHANGED, target=area.name, detail="added")
        await _record_limits(connection, user.id, None, area)
    services().rooms.changed(room.id)
    return {"area": present_area(area)}, 201


@blueprint.patch("/<area_id>")
@users_only
@validate_request(AreaChange)
@validate_response(AreaAnswer, 200)
async def patch_area(room_id: str, area_id: str, data: AreaChange) -> tuple[dict[str, Any], int]:
    """Change an area; null takes its capacity or its limits away."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OPERATOR)
        before = await _one(connection, room.id, area_id)
        given = data.model_fields_set
        warning, critical = _limits(data.limits) if "limits" in given else (before.warning, before.critical)
        area = Area(
            id=before.id,
            room_id=room.id,
            name=data.name or before.name,
            parts=before.parts if data.members is None else await _parts(connection, room.id, data.members),
            capacity=data.capacity if "capacity" in given else before.capacity,
            warning=warning,
            critical=critical,
            public=before.public,
            created_at=before.created_at,
        )
        await replace_area(connection, area)
        await record(connection, user.id, Action.AREA_CHANGED, target=area.name, detail="changed")
        await _record_limits(connection, user.id, before, area)
    services().rooms.changed(room.id)
    return {"area": present_area(area)}, 200


@blueprint.delete("/<area_id>")
@users_only
async def remove_area(room_id: str, area_id: str) -> tuple[str, int]:
    """Delete an area with its alerts."""
    user = await require_user()
    async with services().database.writing() as connection:
        room = await room_for(connection, user, room_id, Role.OPERATOR)
        area = await _one(connection, room.id, area_id)
        await delete_area(connection, room.id, area.id)
        await record(connection, user.id, Action.AREA_CHANGED, target=area.name, detail="deleted")
    services().rooms.changed(room.id)
    return "", 204


async def _record_limits(connection: AsyncConnection, user_id: str, before: Area | None, after: Area) -> None:
    """Write to the log what became of capacity, warning and critical, if anything did."""
    old, new = _told(before), _told(after)
    if old != new:
        await record(connection, user_id, Action.LIMITS_CHANGED, target=after.name, detail=f"{old} → {new}")


def _told(area: Area | None) -> str:
    """Capacity, warning and critical; ``-`` for none."""
    values = (area.capacity, area.warning, area.critical) if area else (None, None, None)
    return "/".join("-" if value is None else f"{value:g}" for value in values)


async def _one(connection: AsyncConnection, room_id: str, area_id: str) -> Area:
    found = next((area for area in await select_areas(connection, room_id) if area.id == area_id), None)
    if found is None:
        raise unknown_area()
    return found


async def _parts(connection: AsyncConnection, room_id: str, members: list[PartIn]) -> tuple[AreaPart, ...]:
    """Only cameras of this room; a zone need not be drawn yet."""
    known = {camera.id for camera in await select_room_cameras(connection, room_id)}
    for member in members:
        if member.camera not in known:
            raise APIError(400, "UNKNOWN_CAMERA", "An area takes cameras of its room only.")
    return tuple(AreaPart(member.camera, member.zone) for member in members)


def _limits(data: LimitsIn | None) -> tuple[float | None, float | None]:
    if data is None:
        return None, None
    try:
        Limits(warning=data.warning, critical=data.critical)
    except CodedError as error:
        raise APIError(400, error.code, error.message) from error
    return data.warning, data.critical
