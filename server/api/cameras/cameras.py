"""Cameras as JSON: the user's own, and what a room gives of others."""

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator
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
from server.api.http.field_rules import one_line
from server.api.http.times import iso
from server.common.ids import new_id
from server.storage.accounts.audit import Action
from server.storage.accounts.users import User
from server.storage.cameras.cameras import (
    Camera,
    count_cameras,
    delete_camera,
    insert_camera,
    select_camera,
    select_cameras,
    update_camera_name,
)
from server.storage.cameras.rights import Right
from server.storage.cameras.streams import StreamRecord, select_last_streams, select_reach

blueprint = Blueprint("cameras", __name__, url_prefix="/api/cameras")

REACH_S = 2 * 86_400.0
"""A file has at most a day: streams that were opened before this do not reach ahead of now."""


class CameraIn(Strict):
    """What a camera is called."""

    name: Annotated[str, Field(max_length=80)]

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        line = one_line(value)
        if not line:
            raise ValueError("Give the camera a name.")
        return line


class CrowdOut(BaseModel):
    """How many people there are where boxes do not tell: an estimate with its range."""

    estimate: int
    low: int
    high: int
    method: Literal["boxes", "mixed", "density"]


class LiveOut(BaseModel):
    """What a camera counts right now.

    `count` are the people with a box. Where it is `saturated` there are probably more; `crowd` is the estimate then,
    null where nothing can estimate. Not `known`: nothing can be said yet. `crowd_peak` is the largest estimate of the
    stream, null where it was never crowded. `unique` is null where frames are too far apart to tell people apart.
    """

    count: int
    count_low: int | None
    count_high: int | None
    known: bool
    saturated: bool
    crowd: CrowdOut | None
    crowd_peak: int | None
    peak: int
    unique: int | None
    seconds: float
    source: Literal["camera", "file"]


class LastOut(BaseModel):
    """What a camera counted in its last stream. `ended_at` is ISO 8601."""

    ended_at: str
    duration_ms: float
    peak: int
    unique: int | None
    processed: int


class CameraOut(BaseModel):
    """A camera.

    `counted_until` is up to when there are figures of the last two days, ISO 8601: later than now where a file was
    counted faster than it plays. It is null where there are none.
    """

    id: str
    name: str
    created_at: str
    live: LiveOut | None
    last: LastOut | None
    counted_until: str | None
    room: str | None
    mine: bool


class CameraAnswer(BaseModel):
    """One camera."""

    camera: CameraOut


class CamerasAnswer(BaseModel):
    """All cameras of the user, newest first."""

    cameras: list[CameraOut]


def unknown_camera() -> APIError:
    """The same for a camera that does not exist and for another's."""
    return APIError(404, "UNKNOWN_CAMERA", "There is no such camera.")


def not_allowed() -> APIError:
    """For somebody who may see a thing, yet not do this with it."""
    return APIError(403, "NOT_ALLOWED", "Your role in this room does not allow that.")


async def camera_for(connection: AsyncConnection, user: User, camera_id: str, right: Right = Right.OWN) -> Camera:
    """A camera that the user has this right on.

    Raises
    ------
    APIError
        404 ``UNKNOWN_CAMERA`` for one that the user may not even see, else 403 ``NOT_ALLOWED``.
    """
    camera = await select_camera(connection, user.id, camera_id, right)
    if camera is not None:
        return camera
    raise unknown_camera() if await select_camera(connection, user.id, camera_id, Right.LOOK) is None else not_allowed()


async def require_camera(camera_id: str, right: Right = Right.OWN) -> Camera:
    """The same for the user of this request."""
    user = await require_user()
    async with services().database.reading() as connection:
        return await camera_for(connection, user, camera_id, right)


async def present(cameras: list[Camera]) -> list[dict[str, Any]]:
    """Cameras as JSON, with what they count now and counted last."""
    user = await require_user()
    ids = [camera.id for camera in cameras]
    live = services().live_figures(ids)
    async with services().database.reading() as connection:
        last = await select_last_streams(connection, ids)
        reach = await select_reach(connection, ids, time.time() - REACH_S)
    return [
        {
            "id": camera.id,
            "name": camera.name,
            "created_at": iso(camera.created_at),
            "live": live.get(camera.id),
            "last": _last(last.get(camera.id)),
            "counted_until": iso(reach[camera.id]) if camera.id in reach else None,
            "room": camera.room_id,
            "mine": camera.owner_id == user.id,
        }
        for camera in cameras
    ]


def _last(record: StreamRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "ended_at": iso(record.closed_at or record.saved_at),
        "duration_ms": record.duration_ms,
        "peak": record.peak,
        "unique": record.unique_people,
        "processed": record.processed,
    }


@blueprint.get("")
@users_only
@validate_response(CamerasAnswer, 200)
async def get_cameras() -> tuple[dict[str, Any], int]:
    """All cameras of the user."""
    user = await require_user()
    async with services().database.reading() as connection:
        found = await select_cameras(connection, user.id)
    return {"cameras": await present(found)}, 200


@blueprint.post("")
@users_only
@validate_request(CameraIn)
@validate_response(CameraAnswer, 201)
async def post_camera(data: CameraIn) -> tuple[dict[str, Any], int]:
    """Add a camera."""
    user = await require_user()
    limit = services().settings.cameras_per_user
    camera = Camera(new_id("cam"), user.id, data.name, time.time())
    async with services().database.writing() as connection:
        if await count_cameras(connection, user.id) >= limit:
            raise APIError(409, "TOO_MANY_CAMERAS", f"You have {limit} cameras, which is the limit.")
        await insert_camera(connection, camera)
        await record(connection, user.id, Action.CAMERA_ADDED, target=camera.name)
    return {"camera": (await present([camera]))[0]}, 201


@blueprint.get("/<camera_id>")
@users_only
@validate_response(CameraAnswer, 200)
async def get_camera(camera_id: str) -> tuple[dict[str, Any], int]:
    """One camera."""
    return {"camera": (await present([await require_camera(camera_id, Right.LOOK)]))[0]}, 200


@blueprint.patch("/<camera_id>")
@users_only
@validate_request(CameraIn)
@validate_response(CameraAnswer, 200)
async def patch_camera(camera_id: str, data: CameraIn) -> tuple[dict[str, Any], int]:
    """Rename a camera."""
    user = await require_user()
    async with services().database.writing() as connection:
        camera = await camera_for(connection, user, camera_id)
        await update_camera_name(connection, user.id, camera_id, data.name)
        await record(connection, user.id, Action.CAMERA_RENAMED, target=data.name)
    if camera.room_id is not None:
        services().rooms.changed(camera.room_id)
    return {"camera": (await present([await require_camera(camera_id)]))[0]}, 200


@blueprint.delete("/<camera_id>")
@users_only
async def remove_camera(camera_id: str) -> tuple[str, int]:
    """Delete a camera with all that it counted; its stream ends."""
    user, camera = await require_user(), await require_camera(camera_id)
    await drop_history([camera.id])
    async with services().database.writing() as connection:
        camera = await camera_for(connection, user, camera_id)
        await delete_camera(connection, user.id, camera_id)
        await record(connection, user.id, Action.CAMERA_DELETED, target=camera.name)
    services().camera_deleted(camera_id)
    if camera.room_id is not None:
        services().rooms.changed(camera.room_id)
    return "", 204
