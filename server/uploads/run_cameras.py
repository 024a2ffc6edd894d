"""The camera that each run has for itself: the key of everything that is counted in it."""

import time
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.common.ids import new_id
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.cameras.plans import StoredPlan, select_plan, upsert_plan
from server.storage.recordings.recordings import Recording
from server.storage.recordings.runs import OwnedRun, Run, RunState, insert_run, update_run

NAME_LENGTH = 80


async def queue_run(connection: AsyncConnection, recording: Recording, model: str, quality: str) -> Run:
    """Add a run of a recording, with the zones and lines that its camera has now.

    Limits are left out: what a recording shows is over, and must not alert anybody.
    """
    drawn = await select_plan(connection, recording.owner_id, recording.camera_id or "")
    stored = StoredPlan(drawn.version, replace(drawn.plan, limits={}))
    camera_id = await _make_camera(connection, recording.owner_id, recording.name, stored)
    run = Run(
        id=new_id("run"),
        recording_id=recording.id,
        camera_id=camera_id,
        model=model,
        quality=quality,
        plan_version=stored.version,
        recorded_at=recording.recorded_at,
        state=RunState.WAITING,
        queued_at=time.time(),
    )
    await insert_run(connection, run)
    return run


async def renew_camera(connection: AsyncConnection, owned: OwnedRun) -> str:
    """Give a run that begins again an empty camera. Returns its id; the one before has to be deleted."""
    stored = await select_plan(connection, owned.owner_id, owned.run.camera_id)
    camera_id = await _make_camera(connection, owned.owner_id, owned.recording, stored)
    await update_run(connection, owned.run.id, camera_id=camera_id)
    return camera_id


async def _make_camera(connection: AsyncConnection, owner_id: str, name: str, stored: StoredPlan) -> str:
    now = time.time()
    camera = Camera(new_id("cam"), owner_id, name[:NAME_LENGTH], now)
    await insert_camera(connection, camera)
    if stored.version:
        await upsert_plan(connection, camera.id, stored, now)
    return camera.id
