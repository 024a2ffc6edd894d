"""Files of recordings, sent in pieces that can be resumed: tus 1.0."""

import asyncio
import json
import time

from quart import Blueprint, Response, request
from quart_schema import document_response
from sqlalchemy.ext.asyncio import AsyncConnection

from server.api.http.access import everybody, users_only
from server.api.http.audit import record
from server.api.http.auth import require_user
from server.api.http.context import services
from server.api.http.errors import APIError
from server.api.recordings import tus
from server.api.recordings.recording_json import RecordingAnswer, present
from server.api.recordings.upload_wish import UploadWish, read_wish
from server.common.ids import new_id
from server.core.errors import CodedError
from server.i18n.markers import N_
from server.storage.accounts.audit import Action
from server.storage.accounts.users import User
from server.storage.history.retention import DAY_S
from server.storage.recordings.recordings import (
    Recording,
    count_recordings,
    insert_recording,
    select_recording,
    update_recording,
)
from server.storage.recordings.runs import OPEN, select_runs
from server.storage.recordings.uploads import (
    Upload,
    delete_bare_recordings,
    delete_upload,
    insert_upload,
    select_held,
    select_upload,
    select_uploads,
    update_received,
)
from server.uploads.containers import HEAD_BYTES, is_video
from server.uploads.intake import Piece, PieceError
from server.uploads.run_cameras import queue_run
from server.uploads.shelf import ShelfError

blueprint = Blueprint("uploads", __name__, url_prefix="/api/recordings/uploads")

MB = 1_000_000
STATUS = {
    "DISK_FULL": 507,
    "FILE_GONE": 410,
    "PIECE_TOO_LARGE": 413,
    "CHECKSUM_MISMATCH": 460,
    "SENDER_SILENT": 408,
    "SENDER_SLOW": 408,
    "UPLOADS_BUSY": 503,
    "PIECE_REPLACED": 409,
}
RETRY = {"UPLOADS_BUSY": {"Retry-After": "2"}}


@blueprint.after_request
async def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    return response


def refusal(error: CodedError) -> APIError:
    """What a piece that was not taken is answered."""
    return APIError(STATUS[error.code], error.code, error.message, headers=RETRY.get(error.code))


def unknown_upload() -> APIError:
    """The same for an upload that does not exist, for another's and for one that expired."""
    return APIError(404, "UNKNOWN_UPLOAD", "There is no such upload. Start again.")


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@everybody
async def describe_uploads() -> Response:
    """What this server can do of tus 1.0."""
    return Response(status=204, headers=tus.offers(services().settings))


@blueprint.post("", provide_automatic_options=False)
@users_only
@document_response(RecordingAnswer, 201)
async def post_upload() -> Response:
    """Announce a file. The headers `Upload-Length` and `Upload-Metadata` say what it is.

    Metadata: `filename`; optional `camera` (whose zones and lines count), `model`, `quality`, `recorded_at` (Unix
    milliseconds, the date of the file) and `recording`, of which the file is to be counted again. `Location` is where
    the pieces go.
    """
    tus.check_version()
    user, size = await require_user(), tus.header_number("Upload-Length")
    wish = await read_wish(tus.read_metadata(), user)
    settings = services().settings
    if not 0 < size <= settings.upload_file_mb * MB:
        message = N_(f"A file has between 1 byte and {settings.upload_file_mb} MB.")
        raise APIError(413, "FILE_TOO_LARGE", message)
    try:
        await asyncio.to_thread(services().intake.shelf.check_room, size)
    except ShelfError as error:
        raise refusal(error) from error
    recording, upload = await _announce(user, wish, size)
    body = {"recording": (await present([recording]))[0]}
    headers = {"Location": f"{blueprint.url_prefix}/{upload.id}"} | tus.expiry(upload)
    services().recordings.wake()  # what was replaced has a file
    return Response(json.dumps(body), 201, headers, content_type="application/json")


async def _announce(user: User, wish: UploadWish, size: int) -> tuple[Recording, Upload]:
    """Store that a file will come, within the user's bounds."""
    settings, now = services().settings, time.time()
    async with services().database.writing() as connection:
        recording = await _recording(connection, user, wish, size, now)
        files, held = await select_held(connection, user.id)
        if files >= settings.upload_files:
            message = N_(f"{files} files are being sent or wait to be counted, which is the limit.")
            raise APIError(409, "TOO_MANY_UPLOADS", message)
        if held + size > settings.upload_user_mb * MB:
            message = N_(f"Your files may have {settings.upload_user_mb} MB together until they are counted.")
            raise APIError(413, "UPLOAD_QUOTA", message)
        expires_at = now + settings.upload_days * DAY_S
        upload = Upload(new_id("upl"), recording.id, size, 0, expires_at, wish.model, wish.quality.value)
        await insert_upload(connection, upload)
    return recording, upload


async def _recording(connection: AsyncConnection, user: User, wish: UploadWish, size: int, now: float) -> Recording:
    """The recording that the file is of: a new one, or one that is counted again."""
    if wish.recording_id is None:
        return await _new_recording(connection, user, wish, size, now)
    recording = await select_recording(connection, user.id, wish.recording_id)
    if recording is None:
        raise APIError(404, "UNKNOWN_RECORDING", "There is no such recording.")
    if any(run.state in OPEN for run in await select_runs(connection, [recording.id])):
        raise APIError(409, "RUN_OPEN", "This recording is being counted.")
    held = (await select_uploads(connection, [recording.id])).get(recording.id)
    if held is not None:
        await delete_upload(connection, held.id)
    await update_recording(connection, user.id, recording.id, {"size": size})
    return recording


async def _new_recording(connection: AsyncConnection, user: User, wish: UploadWish, size: int, now: float) -> Recording:
    limit = services().settings.recordings_per_user
    if await count_recordings(connection, user.id) >= limit:
        raise APIError(409, "TOO_MANY_RECORDINGS", f"Recording limit reached ({limit}).")
    said_by = "file" if wish.recorded_at is not None else None
    recording = Recording(
        new_id("rec"), user.id, wish.camera_id, wish.name, size, wish.recorded_at, said_by, created_at=now
    )
    await insert_recording(connection, recording)
    await record(connection, user.id, Action.RECORDING_ADDED, target=recording.name)
    return recording


async def find_upload(user: User, upload_id: str) -> Upload:
    """One of the user's uploads that did not expire. Raises APIError 404."""
    async with services().database.reading() as connection:
        upload = await select_upload(connection, user.id, upload_id)
    if upload is None or (upload.expires_at < time.time() and not upload.complete):
        raise unknown_upload()
    return upload


@blueprint.route("/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
@users_only
async def head_upload(upload_id: str) -> Response:
    """How much of a file is here."""
    tus.check_version()
    upload = await find_upload(await require_user(), upload_id)
    return Response(status=200, headers=tus.state(upload) | {"Cache-Control": "no-store"})


@blueprint.patch("/<upload_id>")
@users_only
async def patch_upload(upload_id: str) -> Response:
    """Append a piece at `Upload-Offset`, 16 MiB at most. With the last one the file waits to be counted."""
    tus.check_version()
    user, offset, checksum = await require_user(), tus.header_number("Upload-Offset"), tus.read_checksum()
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != tus.PIECE_TYPE:
        raise APIError(415, "WRONG_CONTENT_TYPE", f"A piece is sent as {tus.PIECE_TYPE}.")
    await find_upload(user, upload_id)
    intake = services().intake
    try:
        async with intake.turn(upload_id, user.id) as turn:
            upload = await find_upload(user, upload_id)
            if offset != upload.received:
                message = f"The next piece begins at {upload.received}."
                raise APIError(409, "OFFSET_CONFLICT", message, headers={"Upload-Offset": str(upload.received)})
            piece = Piece(offset, upload.size - offset, checksum)
            try:
                await intake.write(upload_id, piece, aiter(request.body), turn)
            finally:
                # Also where the connection is gone: what is on the disk need not be sent again.
                upload = await asyncio.shield(asyncio.create_task(_settle(user, upload, piece)))
    except (PieceError, ShelfError) as error:
        if error.code == "FILE_GONE":
            await _give_up(upload_id, upload.recording_id)
        raise refusal(error) from error
    if piece.error is not None:
        raise refusal(piece.error)
    return Response(status=204, headers=tus.state(upload))


async def _settle(user: User, upload: Upload, piece: Piece) -> Upload:
    """Store what came of a piece; a file that is complete waits to be counted, one that is no video goes."""
    if not piece.written:
        return upload  # on a full disk the database could not write either
    received = piece.offset + piece.written
    first = piece.offset == 0 and piece.written >= HEAD_BYTES
    if first or received == upload.size:
        head = await asyncio.to_thread(services().intake.shelf.head, upload.id, HEAD_BYTES)
        if not is_video(head):
            await _give_up(upload.id, upload.recording_id)
            raise APIError(415, "NOT_A_VIDEO", "This file is no video that the server can read.")
    now = time.time()
    expires_at = now + services().settings.upload_days * DAY_S
    async with services().database.writing() as connection:
        if not await update_received(connection, upload.id, received, expires_at):
            raise unknown_upload()
        complete = received == upload.size and not upload.complete
        if complete:
            recording = await select_recording(connection, user.id, upload.recording_id)
            if recording is None:
                raise unknown_upload()
            await queue_run(connection, recording, upload.model, upload.quality)
    if complete:
        services().recordings.wake()
    return Upload(upload.id, upload.recording_id, upload.size, received, expires_at, upload.model, upload.quality)


async def _give_up(upload_id: str, recording_id: str) -> None:
    """Delete a file, and its recording where nothing else is known of that."""
    async with services().database.writing() as connection:
        await delete_upload(connection, upload_id)
        await delete_bare_recordings(connection, [recording_id])
    await asyncio.to_thread(services().intake.shelf.remove, upload_id)


@blueprint.delete("/<upload_id>")
@users_only
async def remove_upload(upload_id: str) -> tuple[str, int]:
    """Give up a file. One that is being counted goes with its run (409 ``RUN_OPEN``)."""
    tus.check_version()
    user = await require_user()
    await find_upload(user, upload_id)
    try:
        async with services().intake.turn(upload_id, user.id):
            upload = await find_upload(user, upload_id)
            async with services().database.reading() as connection:
                runs = await select_runs(connection, [upload.recording_id])
            if any(run.state in OPEN for run in runs):
                raise APIError(409, "RUN_OPEN", "This recording is being counted.")
            await _give_up(upload_id, upload.recording_id)
    except PieceError as error:
        raise refusal(error) from error
    return "", 204
