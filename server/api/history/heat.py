"""Where people were: a grid for each hour."""

from base64 import b64encode
from typing import Annotated, Any

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_schema import validate_querystring, validate_response

from server.api.cameras.cameras import require_camera
from server.api.http.access import users_only
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.cost_limits import HEAT_MS, HOUR_MS
from server.api.http.errors import APIError
from server.api.http.times import iso
from server.storage.cameras.rights import Right
from server.storage.history.heatmaps import HeatRecord, select_heat

blueprint = Blueprint("history_heat", __name__, url_prefix="/api/cameras/<camera_id>")

HOUR_S = 3600
MOST_HOURS = 7 * 24 + 1
"""Hours of one answer: a week, and the hour that changes with the clocks."""


class HeatQuery(BaseModel):
    """Which stretch of time."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime, Field(alias="to")]


class HourOut(BaseModel):
    """One hour: `rows` × `columns` unsigned bytes in base64, row by row, 255 = `max_seconds` person-seconds."""

    t: str
    columns: int
    rows: int
    max_seconds: float
    cells: str


class HeatAnswer(BaseModel):
    """The hours in which somebody was there."""

    hours: list[HourOut]


def present_hour(record: HeatRecord) -> dict[str, Any]:
    """An hour as JSON."""
    rows, columns = record.cells.shape
    most = float(record.cells.max())
    scaled = np.rint(record.cells * (255 / most)) if most > 0 else record.cells
    cells = b64encode(scaled.astype(np.uint8).tobytes()).decode("ascii")
    return {"t": iso(record.at), "columns": columns, "rows": rows, "max_seconds": round(most, 4), "cells": cells}


@blueprint.get("/heatmap")
@users_only
@validate_querystring(HeatQuery)
@validate_response(HeatAnswer, 200)
async def get_heatmap(camera_id: str, query_args: HeatQuery) -> tuple[dict[str, Any], int]:
    """Where people were, hour by hour."""
    camera = await require_camera(camera_id, Right.LOOK)
    start, end = query_args.start.timestamp() // HOUR_S * HOUR_S, query_args.end.timestamp()
    if end <= start:
        raise APIError(400, "BAD_RANGE", "The range ends before it begins.")
    if (end - start) / HOUR_S > MOST_HOURS:
        raise APIError(400, "BAD_RANGE", "Heatmaps are answered for a week at most; choose a shorter range.")
    services().spending.spend((await require_user()).id, HEAT_MS + HOUR_MS * (end - start) / HOUR_S)
    async with services().database.reading() as connection:
        found = await select_heat(connection, camera.owner_id, camera.id, start, end)
    return {"hours": [present_hour(record) for record in found]}, 200
