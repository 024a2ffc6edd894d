"""Recordings: what the server counts, or counted, from files."""

import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field
from quart import Blueprint
from quart_schema import validate_request, validate_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.accounts.accounts import Strict
from server.api.cameras.cameras import camera_for
from server.api.history.long_history import drop_history
from server.api.http.access import users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.http.field_rules import one_line
from server.api.recordings.recording_json import RecordingAnswer, RecordingsAnswer, RunAnswer, present, present_run
from server.api.recordings.upload_wish import FIRST_RECORDING, NAME_LENGTH, read_model
from server.storage.accounts.audit import Action
from server.storage.accounts.users import User
from server.storage.cameras.cameras import update_camera_name
from server.storage.recordings.recordings import (
    Recording,
    delete_recording,
    select_recording,
    select_recordings,
    update_recording,
)
from server.storage.recordings.runs import Run, delete_run, select_run, select_runs
from server.storage.recordings.uploads import delete_counted_upload, select_uploads
from server.uploads.intake import PIECE_BYTES
from server.uploads.run_cameras import NAME_LENGTH as CAMERA_NAME_LENGTH
from server.uploads.run_cameras import queue_run

blueprint = Blueprint("recordings", __name__, url_prefix="/api/recordings")

MB = 1_000_000
MOST_RUNS = 20
"""Runs of one recording."""


def _named(value: str) -> str:
    line = one_line(value)
    if not line:
        raise ValueError("Give the recording a name.")
    return line


class RecordingIn(Strict):
    """What is to be changed; what is left out stays. `recorded_at` null: it is not known."""

    name: Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(_named)] | None = None
    recorded_at: AwareDatetime | None = None
    camera: Annotated[str, Field(max_length=100)] | None = None


class RunIn(Strict):
    """With what the file is counted again: a prepared model, and how carefully to look."""

    model: Annotated[str, Field(max_length=100)] | None = None
    quality: Literal["fast", "balanced", "accurate"] = "balanced"


def unknown_recording() -> APIError:
    """The same for a recording that does not exist and for another's."""
    return APIError(404, "UNKNOWN_RECORDING", "There is no such recording.")


async def recording_for(connection: AsyncConnection, user: User, recording_id: str) -> Recording:
    """One of the user's recordings. Raises APIError 404."""
    recording = await select_recording(connection, user.id, recording_id)
    if recording is None:
        raise unknown_recording()
    return recording


async def _find(recording_id: str) -> tuple[User, Recording]:
    user = await require_user()
    async with services().database.reading() as connection:
        return user, await recording_for(connection, user, recording_id)


@blueprint.get("")
@users_only
@validate_response(RecordingsAnswer, 200)
async def get_recordings() -> tuple[dict[str, Any], int]:
    """All recordings of the user, with their runs and how far these are."""
    user, settings = await require_user(), services().settings
    async with services().database.reading() as connection:
        found = await select_recordings(connection, user.id)
    bounds = {"max_bytes": settings.upload_file_mb * MB, "piece_bytes": PIECE_BYTES}
    return {"recordings": await present(found), **bounds}, 200


@blueprint.get("/<recording_id>")
@users_only
@validate_response(RecordingAnswer, 200)
async def get_recording(recording_id: str) -> tuple[dict[str, Any], int]:
    """One recording."""
    _, recording = await _find(recording_id)
    return {"recording": (await present([recording]))[0]}, 200


@blueprint.patch("/<recording_id>")
@users_only
@validate_request(RecordingIn)
@validate_response(RecordingAnswer, 200)
async def patch_recording(recording_id: str, data: RecordingIn) -> tuple[dict[str, Any], int]:
    """Change the name, the date or the camera. A run keeps the date and the zones that it was counted with."""
    user = await require_user()
    async with services().database.writing() as connection:
        recording = await recording_for(connection, user, recording_id)
        values = await _changes(connection, user, data)
        if values:
            await update_recording(connection, user.id, recording_id, values)
            await record(connection, user.id, Action.RECORDING_CHANGED, target=str(values.get("name", recording.name)))
        if "name" in values:
            for run in await select_runs(connection, [recording_id]):
                await update_camera_name(connection, user.id, run.camera_id, str(values["name"])[:CAMERA_NAME_LENGTH])
    _, recording = await _find(recording_id)
    return {"recording": (await present([recording]))[0]}, 200


async def _changes(connection: AsyncConnection, user: User, data: RecordingIn) -> dict[str, object]:
    """The columns that change. Raises APIError 400, 404 ``UNKNOWN_CAMERA``."""
    given = data.model_fields_set
    values: dict[str, object] = {}
    if "name" in given and data.name is not None:
        values["name"] = data.name
    if "recorded_at" in given:
        seconds = data.recorded_at.timestamp() if data.recorded_at else None
        if seconds is not None and not FIRST_RECORDING <= seconds <= time.time():
            raise APIError(400, "BAD_REQUEST", "The date must lie between the year 2000 and now.")
        values |= {"recorded_at": seconds, "recorded_from": "user"}
    if "camera" in given:
        if data.camera is not None:
            await camera_for(connection, user, data.camera)
        values["camera_id"] = data.camera
    return values


@blueprint.delete("/<recording_id>")
@users_only
async def remove_recording(recording_id: str) -> tuple[str, int]:
    """Delete a recording with its file and everything that was counted in it; counting it stops."""
    user, _ = await _find(recording_id)
    async with services().database.reading() as connection:
        runs = await select_runs(connection, [recording_id])
    await drop_history([run.camera_id for run in runs])
    async with services().database.writing() as connection:
        recording = await recording_for(connection, user, recording_id)
        runs = await select_runs(connection, [recording_id])
        for run in runs:
            await delete_run(connection, run.camera_id)
        await delete_recording(connection, user.id, recording_id)
        await record(connection, user.id, Action.RECORDING_DELETED, target=recording.name)
    # Only now: a run that was stopped before would begin again.
    await services().recordings.end([run.id for run in runs])
    services().recordings.wake()
    return "", 204


@blueprint.post("/<recording_id>/runs")
@users_only
@validate_request(RunIn)
@validate_response(RunAnswer, 201)
async def post_run(recording_id: str, data: RunIn) -> tuple[dict[str, Any], int]:
    """Count a recording again, while its file is here; 409 ``FILE_GONE`` asks for the file."""
    user, model = await require_user(), await read_model(data.model)
    async with services().database.writing() as connection:
        recording = await recording_for(connection, user, recording_id)
        held = (await select_uploads(connection, [recording_id])).get(recording_id)
        if held is None or not held.complete:
            raise APIError(409, "FILE_GONE", "The file is not on the server any more. Upload it again.")
        if len(await select_runs(connection, [recording_id])) >= MOST_RUNS:
            raise APIError(409, "TOO_MANY_RUNS", f"Run limit reached ({MOST_RUNS}). Delete one first.")
        run = await queue_run(connection, recording, model, data.quality)
        await record(connection, user.id, Action.RUN_ADDED, target=recording.name)
    services().recordings.wake()
    return {"run": present_run(run)}, 201


@blueprint.delete("/<recording_id>/runs/<run_id>")
@users_only
async def remove_run(recording_id: str, run_id: str) -> tuple[str, int]:
    """Delete a run with everything that it counted; one that counts stops, and its file is given up."""
    user, _ = await _find(recording_id)
    async with services().database.reading() as connection:
        run = await _run_for(connection, user, recording_id, run_id)
    await drop_history([run.camera_id])
    async with services().database.writing() as connection:
        recording = await recording_for(connection, user, recording_id)
        run = await _run_for(connection, user, recording_id, run_id)
        await delete_run(connection, run.camera_id)
        await delete_counted_upload(connection, recording_id)
        await record(connection, user.id, Action.RUN_DELETED, target=recording.name)
    await services().recordings.end([run_id])
    services().recordings.wake()
    return "", 204


async def _run_for(connection: AsyncConnection, user: User, recording_id: str, run_id: str) -> Run:
    run = await select_run(connection, user.id, recording_id, run_id)
    if run is None:
        raise APIError(404, "UNKNOWN_RUN", "There is no such run.")
    return run
