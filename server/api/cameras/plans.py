"""What is drawn on a camera's frame, as JSON."""

import time
from typing import Any

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.accounts.accounts import Strict
from server.api.cameras.cameras import camera_for, require_camera
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.core.errors import CodedError
from server.core.limit_changes import limit_changes
from server.core.names import check_plan_names
from server.core.plan_json import decode_plan, encode_plan
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.cameras.plans import StoredPlan, select_plan, upsert_plan
from server.storage.cameras.rights import Right

blueprint = Blueprint("plans", __name__, url_prefix="/api/cameras/<camera_id>/plan")


class PlanIn(Strict):
    """A new plan, and the version that it was made from. The document's form is in docs/zones.md."""

    version: int
    plan: dict[str, Any]


class PlanOut(BaseModel):
    """The plan and its version."""

    version: int
    plan: dict[str, Any]


def present(stored: StoredPlan) -> dict[str, Any]:
    """A plan as JSON."""
    return {"version": stored.version, "plan": encode_plan(stored.plan)}


@blueprint.get("")
@users_only
@validate_response(PlanOut, 200)
async def get_plan(camera_id: str) -> tuple[dict[str, Any], int]:
    """Zones, lines, limits and calibration of a camera."""
    camera = await require_camera(camera_id, Right.LOOK)
    async with services().database.reading() as connection:
        return present(await select_plan(connection, camera.owner_id, camera.id)), 200


@blueprint.put("")
@users_only
@validate_request(PlanIn)
@validate_response(PlanOut, 200)
async def put_plan(camera_id: str, data: PlanIn) -> tuple[dict[str, Any], int]:
    """Replace them; a running stream counts by them from its next frame on.

    A `version` that is not the newest is refused with 409 ``PLAN_CHANGED``: somebody else was quicker.
    """
    user = await require_user()
    try:
        plan = decode_plan(data.plan)
        check_plan_names(plan)
    except CodedError as error:
        raise APIError(400, error.code, error.message) from error
    now = time.time()
    async with services().database.writing() as connection:
        camera = await camera_for(connection, user, camera_id, Right.OPERATE)
        before = await select_plan(connection, camera.owner_id, camera_id)
        if data.version != before.version:
            message = N_("The zones were changed elsewhere in the meantime. Load them again.")
            raise APIError(409, "PLAN_CHANGED", message)
        stored = StoredPlan(before.version + 1, plan)
        await upsert_plan(connection, camera_id, stored, now)
        shapes = N_(f"{len(plan.zones)} zones, {len(plan.lines)} lines")
        await record(connection, user.id, Action.PLAN_CHANGED, target=camera.name, detail=shapes)
        limits = limit_changes(before.plan, plan)
        if limits:
            await record(connection, user.id, Action.LIMITS_CHANGED, target=camera.name, detail=limits)
    services().plan_changed(camera_id, stored)
    services().rooms.plan_changed(camera_id, stored.version, user.username)
    return present(stored), 200
