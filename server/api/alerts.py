"""Alerts of zones as JSON."""

import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response

from server.api.access import users_only
from server.api.accounts import Strict
from server.api.audit import record
from server.api.auth import require_user
from server.api.cameras import require_camera
from server.api.context import services
from server.api.errors import APIError
from server.api.times import iso
from server.storage.alerts import AlertRecord, acknowledge_alert, select_alerts
from server.storage.audit import Action

blueprint = Blueprint("alerts", __name__, url_prefix="/api")


class ZoneOut(BaseModel):
    """A zone by its id, and its name at the time."""

    id: str
    name: str


class AlertOut(BaseModel):
    """An alert; `level` is the worst, `ended_at` is null while it goes on."""

    id: str
    zone: ZoneOut
    figure: Literal["people", "density", "dwell"]
    level: Literal["warning", "critical"]
    began_at: str
    ended_at: str | None
    peak: float
    peak_at: str
    acknowledged_at: str | None
    acknowledged_by: str | None
    note: str


class AlertsAnswer(BaseModel):
    """The newest alerts of a camera, newest first."""

    alerts: list[AlertOut]


class AlertAnswer(BaseModel):
    """One alert."""

    alert: AlertOut


class Acknowledgement(Strict):
    """What whoever takes the alert has to say."""

    note: Annotated[str, Field(max_length=500)] = ""


def present(alert: AlertRecord) -> dict[str, Any]:
    """An alert as JSON."""
    return {
        "id": alert.id,
        "zone": {"id": alert.zone_id, "name": alert.zone_name},
        "figure": alert.figure,
        "level": alert.level,
        "began_at": iso(alert.began_at),
        "ended_at": None if alert.ended_at is None else iso(alert.ended_at),
        "peak": round(alert.peak, 3),
        "peak_at": iso(alert.peak_at),
        "acknowledged_at": None if alert.acknowledged_at is None else iso(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "note": alert.note,
    }


@blueprint.get("/cameras/<camera_id>/alerts")
@users_only
@validate_response(AlertsAnswer, 200)
async def get_alerts(camera_id: str) -> tuple[dict[str, Any], int]:
    """The newest alerts of a camera."""
    camera = await require_camera(camera_id)
    async with services().database.reading() as connection:
        found = await select_alerts(connection, camera.owner_id, camera.id)
    return {"alerts": [present(alert) for alert in found]}, 200


@blueprint.post("/alerts/<alert_id>/acknowledge")
@users_only
@validate_request(Acknowledgement)
@validate_response(AlertAnswer, 200)
async def post_acknowledgement(alert_id: str, data: Acknowledgement) -> tuple[dict[str, Any], int]:
    """Take an alert. Whoever is first stays; a later note replaces the one before."""
    user = await require_user()
    note = " ".join(data.note.split())
    async with services().database.writing() as connection:
        found = await acknowledge_alert(connection, user.id, alert_id, user.username, note, time.time())
        if found is None:
            raise APIError(404, "UNKNOWN_ALERT", "There is no such alert.")
        await record(connection, user.id, Action.ALERT_ACKNOWLEDGED, target=found.zone_name, detail=note[:300])
    return {"alert": present(found)}, 200
