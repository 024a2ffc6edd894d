"""What streams counted is saved, whatever one of them, or the end of the process, brings."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.config import Settings
from server.live.streams import sample_writer as module
from server.live.streams.sample_buffer import Pending, SampleBuffer
from server.storage.cameras.streams import select_last_streams
from server.storage.engine.database import Database
from server.storage.schema import samples
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, run_server

FEATURE = {
    "type": "Feature",
    "id": "z",
    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
    "properties": {"name": "Half \ud800"},
}


async def saved(settings: Settings, camera: str) -> int:
    """How many frames of the camera's last stream the database knows."""
    database = Database(settings.database)
    async with database.reading() as connection:
        found = (await select_last_streams(connection, [camera])).get(camera)
    await database.close()
    return found.processed if found else 0


@pytest.mark.parametrize("part", ["id", "name"])
async def test_a_zone_that_cannot_be_written_is_refused(server: RunningServer, part: str) -> None:
    feature = dict(FEATURE)
    if part == "id":
        feature |= {"id": "\ud800", "properties": {"name": "Gate"}}
    async with server.user() as user:
        camera = await user.camera()
        body = json.dumps({"version": 0, "plan": {"type": "FeatureCollection", "features": [feature]}})
        headers = {"Origin": user.url, "Content-Type": "application/json"}
        async with user.http.put(f"/api/cameras/{camera}/plan", data=body, headers=headers) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (
                400,
                "BAD_SHAPE" if part == "id" else "BAD_NAME",
            )
        answer = await user.call("stream_open", {"camera": "\ud800", "source": "camera", "mode": "live"})
        assert answer["error"]["code"] == "BAD_REQUEST"


async def test_a_stream_that_cannot_be_saved_stops_no_other(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert, broken = module.upsert_stream, set[str]()

    async def fail(connection: AsyncConnection, record: Any) -> None:
        if record.camera_id in broken:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        await upsert(connection, record)

    monkeypatch.setattr(module, "upsert_stream", fail)
    monkeypatch.setattr(module, "TOTALS_EVERY", 1)
    async with run_server(settings, engine) as server, server.user() as user:
        bad, good = await user.camera("Bad"), await user.camera("Good")
        broken.add(bad)
        assert (await user.get("/readyz"))["warnings"] == []
        for camera in (bad, good):
            await user.frame((await user.open(camera))["stream"], 1)
        await until_saved(settings, good)
        assert "recorder: some of what was counted" in str((await user.get("/readyz"))["warnings"])
    assert await saved(settings, good) == 1
    assert await saved(settings, bad) == 0


async def until_saved(settings: Settings, camera: str) -> None:
    """Wait until the database knows the camera's stream."""
    for _ in range(300):
        if await saved(settings, camera):
            return
        await asyncio.sleep(0.1)
    pytest.fail("nothing was saved")


async def test_the_end_does_not_lose_what_is_being_written(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain, writing, stop = SampleBuffer.drain, Database.writing, module.SampleWriter.stop
    drained, ending = asyncio.Event(), asyncio.Event()

    def drain_and_note(journal: SampleBuffer) -> Pending:
        pending = drain(journal)
        if pending.samples:
            drained.set()
        return pending

    @asynccontextmanager
    async def write_late(database: Database) -> AsyncIterator[AsyncConnection]:
        task = asyncio.current_task()
        if task and task.get_name() == "recorder" and drained.is_set():
            await ending.wait()
            await asyncio.sleep(0.1)
        async with writing(database) as connection:
            yield connection

    async def begin_to_stop(recorder: module.SampleWriter) -> None:
        ending.set()
        await stop(recorder)

    monkeypatch.setattr(SampleBuffer, "drain", drain_and_note)
    monkeypatch.setattr(Database, "writing", write_late)
    monkeypatch.setattr(module.SampleWriter, "stop", begin_to_stop)
    async with run_server(settings, engine) as server, server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        for seq in range(1, 13):
            await user.frame(stream, seq, t=seq * 2000.0)
        async with asyncio.timeout(30):
            await drained.wait()
    database = Database(settings.database)
    async with database.reading() as connection:
        rows = (await connection.execute(select(samples.c.at).where(samples.c.step_s == 10))).scalars().all()
    await database.close()
    assert len(rows) >= 3
    assert sorted(rows) == [min(rows) + 10 * n for n in range(len(rows))], "none of the stretches is missing"
