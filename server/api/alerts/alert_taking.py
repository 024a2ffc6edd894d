"""Taking alerts: who sees to one, and who has seen it. The first one stays."""

import time
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Strict
from server.api.alerts.alerts import AlertAnswer, present_placed
from server.api.cameras.cameras import not_allowed
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.accounts.users import User
from server.storage.alerts.alerts import AlertRecord, acknowledge_alert, claim_alert, select_alert
from server.storage.alerts.area_alerts import PREFIX, AreaAlert, PlacedAlert, select_area_alert, take_area_alert
from server.storage.cameras.cameras import select_camera
from server.storage.cameras.rights import Right, Role
from server.storage.rooms.room_log import LogKind, insert_log

blueprint = Blueprint("alert_taking", __name__, url_prefix="/api/alerts/<alert_id>")


class Acknowledgement(Strict):
    """What whoever takes the alert has to say."""

    note: Annotated[str, Field(max_length=500), AfterValidator(one_line)] = ""


@blueprint.post("/acknowledge")
@users_only
@validate_request(Acknowledgement)
@validate_response(AlertAnswer, 200)
async def post_acknowledgement(alert_id: str, data: Acknowledgement) -> tuple[dict[str, Any], int]:
    """An alert was seen. 409 ``ALERT_TAKEN`` when somebody else did; a later note of one's own replaces the first."""
    return {"alert": present_placed(await take(alert_id, data.note))}, 200


@blueprint.post("/claim")
@users_only
@validate_response(AlertAnswer, 200)
async def post_claim(alert_id: str) -> tuple[dict[str, Any], int]:
    """Say that one sees to an alert. 409 ``ALERT_TAKEN`` when somebody else does."""
    return {"alert": present_placed(await take(alert_id, None))}, 200


async def take(alert_id: str, note: str | None) -> PlacedAlert:
    """Acknowledge an alert with a note, or claim it (None), and tell the room."""
    user = await require_user()
    async with services().database.writing() as connection:
        before = await _known(connection, user, alert_id)
        placed = await _take(connection, user, alert_id, note)
        by = placed.alert.claimed_by if note is None else placed.alert.acknowledged_by
        if by != user.username:
            sees, done = N_(f"{by} sees to this already."), N_(f"{by} acknowledged this already.")
            raise APIError(409, "ALERT_TAKEN", sees if note is None else done, fields={"who": by or ""})
        if placed.alert == before:
            return placed  # said again, by somebody who did not hear the answer: told and logged once
        action = Action.ALERT_CLAIMED if note is None else Action.ALERT_ACKNOWLEDGED
        await record(connection, user.id, action, target=placed.place, detail=(note or "")[:300])
        entry = None
        if placed.room_id:
            kind = LogKind.CLAIMED if note is None else LogKind.ACKNOWLEDGED
            text = f"{placed.place}: {note}" if note else placed.place
            entry = await insert_log(connection, placed.room_id, kind, user.username, text, time.time())
    if entry is not None:
        services().rooms.alert_taken(placed)
        services().rooms.logged(placed.room_id, entry)
    return placed


async def _known(connection: AsyncConnection, user: User, alert_id: str) -> AlertRecord | AreaAlert | None:
    if alert_id.startswith(f"{PREFIX}_"):
        placed = await select_area_alert(connection, user.id, alert_id, Role.VIEWER)
        return placed.alert if placed else None
    return await select_alert(connection, user.id, alert_id)


async def _take(connection: AsyncConnection, user: User, alert_id: str, note: str | None) -> PlacedAlert:
    if alert_id.startswith(f"{PREFIX}_"):
        placed = await take_area_alert(connection, user.id, alert_id, user.username, note, time.time())
        seen = placed or await select_area_alert(connection, user.id, alert_id, Role.VIEWER)
        if placed is None:
            raise not_allowed() if seen else unknown_alert()
        return placed
    if note is None:
        alert = await claim_alert(connection, user.id, alert_id, user.username, time.time())
    else:
        alert = await acknowledge_alert(connection, user.id, alert_id, user.username, note, time.time())
    if alert is None:
        raise unknown_alert() if await select_alert(connection, user.id, alert_id) is None else not_allowed()
    camera = await select_camera(connection, user.id, alert.camera_id, Right.OPERATE)
    return PlacedAlert(alert, camera.room_id or "" if camera else "", camera.name if camera else "")


def unknown_alert() -> APIError:
    """The same for an alert that does not exist and for another's."""
    return APIError(404, "UNKNOWN_ALERT", "There is no such alert.")
