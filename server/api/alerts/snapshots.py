"""Pictures of alerts: whether they are kept, and each of them."""

from typing import Any

from pydantic import BaseModel
from quart import Blueprint, Response
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.cameras.cameras import camera_for, require_camera
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.storage.accounts.audit import Action
from server.storage.alerts.snapshots import choose_stills, delete_still, is_guests, select_still, select_still_cameras
from server.storage.cameras.rights import Right

blueprint = Blueprint("stills", __name__, url_prefix="/api")


class StillsIn(Strict):
    """Whether a picture of each alert is kept from now on."""

    keep: bool


class StillsAnswer(BaseModel):
    """The same, and for how many days; 0 is for ever. `mine`: whether it is for this user to say."""

    keep: bool
    days: int
    mine: bool


def unknown_still() -> APIError:
    """The same for a picture that is not there and for another's."""
    return APIError(404, "NO_STILL", "There is no picture of this alert.")


@blueprint.get("/cameras/<camera_id>/stills")
@users_only
@validate_response(StillsAnswer, 200)
async def get_stills(camera_id: str) -> tuple[dict[str, Any], int]:
    """Whether a picture of each alert of a camera is kept."""
    camera, user = await require_camera(camera_id, Right.LOOK), await require_user()
    async with services().database.reading() as connection:
        keep = bool(await select_still_cameras(connection, [camera.id]))
        mine = camera.owner_id == user.id and not await is_guests(connection, camera.id)
    return {"keep": keep, "days": services().settings.keep_stills_days, "mine": mine}, 200


@blueprint.put("/cameras/<camera_id>/stills")
@users_only
@validate_request(StillsIn)
@validate_response(StillsAnswer, 200)
async def put_stills(camera_id: str, data: StillsIn) -> tuple[dict[str, Any], int]:
    """Keep a picture of each alert of a camera from now on, or no longer; what is there stays until it is too old.

    409 ``GUEST_CAMERA`` for the device of a guest.
    """
    user = await require_user()
    async with services().database.writing() as connection:
        camera = await camera_for(connection, user, camera_id)
        if data.keep and await is_guests(connection, camera.id):
            raise APIError(409, "GUEST_CAMERA", "Guests were told that none of their pictures is stored.")
        await choose_stills(connection, camera.id, keep=data.keep)
        action = Action.STILLS_ON if data.keep else Action.STILLS_OFF
        await record(connection, user.id, action, target=camera.name)
    return {"keep": data.keep, "days": services().settings.keep_stills_days, "mine": True}, 200


@blueprint.get("/alerts/<alert_id>/still")
@users_only
async def get_still(alert_id: str) -> Response:
    """The picture of the moment when an alert began, for those who may operate its camera."""
    user = await require_user()
    async with services().database.reading() as connection:
        jpeg = await select_still(connection, user.id, alert_id)
    if jpeg is None:
        raise unknown_still()
    response = Response(jpeg, content_type="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="crowdcount-{alert_id}.jpg"'
    return response


@blueprint.delete("/alerts/<alert_id>/still")
@users_only
async def remove_still(alert_id: str) -> tuple[str, int]:
    """Delete the picture of an alert of one's own camera; the alert stays."""
    user = await require_user()
    async with services().database.writing() as connection:
        if not await delete_still(connection, user.id, alert_id):
            raise unknown_still()
        await record(connection, user.id, Action.STILL_DELETED, target=alert_id)
    return "", 204
