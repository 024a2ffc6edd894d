"""The course of a camera's figures: as JSON for charts, as files for other programs."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from quart import Blueprint, Response
from quart_schema import document_response, validate_querystring

from server.api.cameras.cameras import require_camera
from server.api.history.rows import point, to_csv
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.cost_limits import HISTORY_MS, SAMPLE_MS
from server.api.http.errors import APIError
from server.storage.accounts.audit import Action
from server.storage.cameras.cameras import Camera
from server.storage.cameras.rights import Right
from server.storage.history.retention import DAY_S
from server.storage.history.samples import STEPS_S, Sample, select_samples

blueprint = Blueprint("history", __name__, url_prefix="/api/cameras/<camera_id>")

MOST_POINTS = 2_000
"""Points of one series that `step=auto` answers with at most, but for years of hours; a chart is not wider."""
MOST_STRETCHES = 50_000
MOST_SAMPLES = 200_000
"""Stretches of time that any range may have in its step: a year of hours, five days of ten seconds."""


class Query(BaseModel):
    """Which stretch of time, in which steps."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime, Field(alias="to")]
    step: Literal["auto", "10", "60", "3600"] = "auto"


class PointOut(BaseModel):
    """One stretch of time.

    `min`, `mean`, `max` and `last` are of boxed people, over the `seconds` that were observed; they are null where
    nothing is known. `estimate` and `estimate_max` are the mean and the largest number of people where it was crowded
    for `crowded_s` of them; they are null where it never was, and are then `mean` and `max`. For `unknown_s` the number
    of people was not known: what was boxed then is a lower bound. For `unfollowed_s` frames were too far apart to
    follow people: `entries`, `exits`, `visits` and `dwell_mean_s` are null where that was more than half of the time,
    and where it was crowded or unknown for more than half of it and nobody was seen to come, go or stay.
    """

    t: str
    seconds: float
    min: int | None
    mean: float | None
    max: int | None
    last: int | None
    entries: int | None
    exits: int | None
    visits: int | None
    dwell_mean_s: float | None
    estimate: float | None
    estimate_max: float | None
    crowded_s: float
    unknown_s: float
    unfollowed_s: float


class SeriesZone(BaseModel):
    """A zone by its id and newest name."""

    id: str
    name: str


class SeriesOut(BaseModel):
    """The course of one zone; `zone` is null for the whole frame."""

    zone: SeriesZone | None
    points: list[PointOut]


class HistoryAnswer(BaseModel):
    """The course of all figures of a camera."""

    step_s: int
    series: list[SeriesOut]


def choose_step(query: Query, days: Mapping[int, int], now: float) -> int:
    """The step in seconds. Raises APIError 400 for a range that is none, or too long for it.

    Parameters
    ----------
    query : Query
    days : mapping of int to int
        How many days each step is kept, 0 for ever: of a range that begins before that, a longer step has everything.
    now : float
        Unix seconds.
    """
    length = (query.end - query.start).total_seconds()
    if length <= 0:
        raise APIError(400, "BAD_RANGE", "The range ends before it begins.")
    if query.step == "auto":
        age = now - query.start.timestamp()
        kept = [step for step in STEPS_S if not days[step] or age <= days[step] * DAY_S]
        return next((step for step in kept if length / step <= MOST_POINTS), STEPS_S[-1])
    step = int(query.step)
    if length / step > MOST_STRETCHES:
        raise APIError(400, "BAD_RANGE", "The range is too long for this step; choose a longer step.")
    return step


async def load(camera_id: str, query: Query) -> tuple[Camera, int, list[Sample]]:
    """The samples of one of the user's cameras."""
    camera = await require_camera(camera_id, Right.LOOK)
    step = choose_step(query, services().settings.retention.samples, time.time())
    start, end = query.start.timestamp() // step * step, query.end.timestamp()
    user = await require_user()
    services().spending.spend(user.id, HISTORY_MS)
    async with services().database.reading() as connection:
        found = await select_samples(connection, camera.owner_id, camera.id, step, start, end, MOST_SAMPLES + 1)
    services().spending.add(user.id, SAMPLE_MS * len(found))
    if len(found) > MOST_SAMPLES:
        raise APIError(400, "BAD_RANGE", "The range is too long for so many zones; choose a longer step.")
    return camera, step, found


def present(step: int, samples: list[Sample]) -> dict[str, Any]:
    """Samples as series by zone, the whole frame first."""
    series = []
    for zone_id, group in groupby(samples, key=lambda sample: sample.zone_id):
        found = list(group)
        zone = {"id": zone_id, "name": found[-1].zone_name} if zone_id else None
        series.append({"zone": zone, "points": [point(sample) for sample in found]})
    return {"step_s": step, "series": series}


def encode(step: int, samples: list[Sample]) -> str:
    """The same as JSON, point by point: to encode tens of thousands in one go holds up every other thread."""
    parts = []
    for one in present(step, samples)["series"]:
        points = ",".join(json.dumps(found, separators=(",", ":")) for found in one["points"])
        parts.append(f'{{"zone":{json.dumps(one["zone"])},"points":[{points}]}}')
    return f'{{"step_s":{step},"series":[{",".join(parts)}]}}'


@blueprint.get("/history")
@users_only
@validate_querystring(Query)
@document_response(HistoryAnswer, 200)
async def get_history(camera_id: str, query_args: Query) -> Response:
    """People over time: the whole frame and each zone."""
    _, step, samples = await load(camera_id, query_args)
    content = await asyncio.to_thread(encode, step, samples)
    return Response(content, content_type="application/json")


@blueprint.get("/history.json")
@users_only
@validate_querystring(Query)
async def get_history_json(camera_id: str, query_args: Query) -> Response:
    """The same as a file."""
    camera, step, samples = await load(camera_id, query_args)
    await note_export(camera, "json")
    content = await asyncio.to_thread(lambda: json.dumps(present(step, samples), indent=1))
    return attach(content, "application/json", camera, "json")


@blueprint.get("/history.csv")
@users_only
@validate_querystring(Query)
async def get_history_csv(camera_id: str, query_args: Query) -> Response:
    """A row for each zone and stretch of time; no cell is a formula."""
    camera, _, samples = await load(camera_id, query_args)
    await note_export(camera, "csv")
    return attach(await asyncio.to_thread(to_csv, samples), "text/csv; charset=utf-8", camera, "csv")


async def note_export(camera: Camera, kind: str) -> None:
    """Write down in the audit log that figures were taken along."""
    user = await require_user()
    async with services().database.writing() as connection:
        await record(connection, user.id, Action.HISTORY_EXPORTED, target=camera.name, detail=kind)


def attach(content: str | bytes, content_type: str, camera: Camera, ending: str) -> Response:
    """A file to save."""
    response = Response(content, content_type=content_type)
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    # The id, not the name: a header is no place for a user's text.
    response.headers["Content-Disposition"] = f'attachment; filename="crowdcount-{camera.id}-{day}.{ending}"'
    return response
