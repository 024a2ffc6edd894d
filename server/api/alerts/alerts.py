"""Alerts as JSON: of zones, and of the areas of rooms."""

from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import validate_response

from server.api.cameras.cameras import require_camera
from server.api.http.access import users_only
from server.api.http.context import services
from server.api.http.times import iso
from server.core.report_json import rounded
from server.storage.alerts.alerts import AlertRecord, select_alerts
from server.storage.alerts.area_alerts import AreaAlert, PlacedAlert
from server.storage.alerts.snapshots import select_illustrated
from server.storage.cameras.rights import Right

blueprint = Blueprint("alerts", __name__, url_prefix="/api")


class ZoneOut(BaseModel):
    """A zone by its id, and its name at the time."""

    id: str
    name: str


class PlaceOut(BaseModel):
    """A camera or an area."""

    id: str
    name: str


class AlertOut(BaseModel):
    """An alert; `level` is the worst, `ended_at` is null while it goes on.

    It is of a zone, or of an area of a room, and the other is null. Lists of a single camera do not name it again, and
    they alone say whether there is a picture of its beginning (`still`). An `interrupted` one ended because it was not
    watched any more, at the last frame that is known: its stream ended, its zone or limit was removed, or the server
    was killed. Where the peak was `estimated`, it lies between `peak_low` and `peak_high` about nine times in ten.
    """

    id: str
    zone: ZoneOut | None
    camera: PlaceOut | None
    area: PlaceOut | None
    figure: Literal["people", "density", "dwell"]
    level: Literal["warning", "critical"]
    began_at: str
    ended_at: str | None
    interrupted: bool
    peak: float
    peak_at: str
    estimated: bool
    peak_low: float | None
    peak_high: float | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    claimed_at: str | None
    claimed_by: str | None
    note: str
    still: bool


class AlertsAnswer(BaseModel):
    """Alerts, newest first."""

    alerts: list[AlertOut]


class AlertAnswer(BaseModel):
    """One alert."""

    alert: AlertOut


def present(alert: AlertRecord | AreaAlert) -> dict[str, Any]:
    """An alert as JSON."""
    of_zone = alert if isinstance(alert, AlertRecord) else None
    return {
        "id": alert.id,
        "zone": {"id": of_zone.zone_id, "name": of_zone.zone_name} if of_zone else None,
        "camera": None,
        "area": None,
        "figure": of_zone.figure if of_zone else "people",
        "level": alert.level,
        "began_at": iso(alert.began_at),
        "ended_at": _iso(alert.ended_at),
        "interrupted": alert.interrupted,
        "peak": round(alert.peak, 3),
        "peak_at": iso(alert.peak_at),
        "estimated": alert.estimated,
        "peak_low": rounded(alert.peak_low, 3),
        "peak_high": rounded(alert.peak_high, 3),
        "acknowledged_at": _iso(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "claimed_at": _iso(alert.claimed_at),
        "claimed_by": alert.claimed_by,
        "note": alert.note,
        "still": False,
    }


def present_placed(placed: PlacedAlert) -> dict[str, Any]:
    """The same with the camera or area that it is of."""
    alert = placed.alert
    if isinstance(alert, AlertRecord):
        return present(alert) | {"camera": {"id": alert.camera_id, "name": placed.place}}
    return present(alert) | {"area": {"id": alert.area_id, "name": placed.place}}


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else iso(seconds)


@blueprint.get("/cameras/<camera_id>/alerts")
@users_only
@validate_response(AlertsAnswer, 200)
async def get_alerts(camera_id: str) -> tuple[dict[str, Any], int]:
    """The newest alerts of a camera."""
    camera = await require_camera(camera_id, Right.LOOK)
    async with services().database.reading() as connection:
        found = await select_alerts(connection, camera.owner_id, camera.id)
        illustrated = await select_illustrated(connection, camera.id)
    return {"alerts": [present(alert) | {"still": alert.id in illustrated} for alert in found]}, 200
