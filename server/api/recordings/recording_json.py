"""Recordings and their runs as JSON."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from server.api.http.context import services
from server.api.http.times import iso
from server.storage.recordings.recordings import Recording
from server.storage.recordings.runs import Run, select_runs
from server.storage.recordings.uploads import Upload, select_uploads


class FileOut(BaseModel):
    """The file of a recording, while it is on the server. `upload` is where its pieces go."""

    upload: str
    complete: bool
    size: int
    received: int
    expires_at: str


class RunOut(BaseModel):
    """One counting of a recording.

    `camera` is the camera under which its course and its heatmap are (`/api/cameras/{camera}/history`); no list of
    cameras shows it, and no other run is counted there. Numbers are null where they are not known: `people` where
    frames were too far apart to tell people apart, `in` and `out` without a line. `complete` is null where nothing says
    how many frames there are. `why` is a code: why it failed, or why not every frame was counted.
    """

    id: str
    camera: str
    model: str
    quality: str
    plan_version: int
    recorded_at: str | None
    state: Literal["waiting", "counting", "done", "failed", "interrupted"]
    why: str | None
    complete: bool | None
    frames_expected: int | None
    frames_read: int
    frames_refused: int
    left_s: float | None
    duration_ms: float
    people: int | None
    peak: int | None
    crowd_peak: int | None
    entries: int | None
    exits: int | None
    queued_at: str
    begun_at: str | None
    ended_at: str | None


class RecordingOut(BaseModel):
    """A film that is counted. `recorded_from` says who dated it: `user`, the `container`, or the `file` of the user.

    `file` is null once the file is deleted: as soon as it is counted or given up. To count it again then, upload it.
    """

    id: str
    name: str
    size: int
    camera: str | None
    recorded_at: str | None
    recorded_from: Literal["user", "container", "file"] | None
    created_at: str
    file: FileOut | None
    runs: list[RunOut]


class RunAnswer(BaseModel):
    """One run."""

    run: RunOut


class RecordingAnswer(BaseModel):
    """One recording."""

    recording: RecordingOut


class RecordingsAnswer(BaseModel):
    """All recordings of the user, newest first, and how large a file may be; 0 where none may be uploaded."""

    recordings: list[RecordingOut]
    max_bytes: int
    piece_bytes: int


async def present(found: Sequence[Recording]) -> list[dict[str, Any]]:
    """Recordings with their files and their runs."""
    ids = [recording.id for recording in found]
    async with services().database.reading() as connection:
        files = await select_uploads(connection, ids)
        runs = await select_runs(connection, ids)
    by_recording = defaultdict(list)
    for run in runs:
        by_recording[run.recording_id].append(present_run(run))
    return [
        {
            "id": one.id,
            "name": one.name,
            "size": one.size,
            "camera": one.camera_id,
            "recorded_at": _time(one.recorded_at),
            "recorded_from": one.recorded_from,
            "created_at": iso(one.created_at),
            "file": _file(files.get(one.id)),
            "runs": by_recording[one.id],
        }
        for one in found
    ]


def present_run(run: Run) -> dict[str, Any]:
    """A run; how far it is, as of now."""
    now = services().recordings.progress(run.id)
    return {
        "id": run.id,
        "camera": run.camera_id,
        "model": run.model,
        "quality": run.quality,
        "plan_version": run.plan_version,
        "recorded_at": _time(run.recorded_at),
        "state": run.state.value,
        "why": run.why,
        "complete": run.complete,
        "frames_expected": now.expected if now else run.frames_expected,
        "frames_read": now.frames if now else run.frames_read,
        "frames_refused": now.refused if now else run.frames_refused,
        "left_s": now.left_s(time.monotonic()) if now else None,
        "duration_ms": run.duration_ms,
        "people": run.unique_people,
        "peak": run.peak,
        "crowd_peak": run.crowd_peak,
        "entries": run.entries,
        "exits": run.exits,
        "queued_at": iso(run.queued_at),
        "begun_at": _time(run.begun_at),
        "ended_at": _time(run.ended_at),
    }


def _file(upload: Upload | None) -> dict[str, Any] | None:
    if upload is None:
        return None
    return {
        "upload": f"/api/recordings/uploads/{upload.id}",
        "complete": upload.complete,
        "size": upload.size,
        "received": upload.received,
        "expires_at": iso(upload.expires_at),
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else iso(seconds)
