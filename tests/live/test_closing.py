"""What was answered is stored, however the end comes; what gathered is written without keeping others waiting."""

import asyncio
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import lifecycle
from server.config import Settings
from server.live.streams import sample_writer as module
from server.live.streams.sample_buffer import Pending
from server.live.streams.sample_writer import SampleWriter
from server.live.streams.stream import Stream
from server.storage.accounts.users import User, insert_user
from server.storage.cameras.cameras import Camera, insert_camera
from server.storage.engine import sqlite as storage
from server.storage.engine.database import Database
from server.storage.engine.migrate import migrate
from server.storage.history.retention import Retention
from server.storage.history.samples import Sample
from tests.faults.disks import small_disk
from tests.faults.figures import note
from tests.faults.test_storage import alerts, eventually, readiness, watched
from tests.support.engine import ScriptedEngine
from tests.support.server import run_server
from tests.support.wait import until

GATHERED = 6000
"""Samples: a day of one camera with one zone is a little less than three times as many."""


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in the database."""
    with closing(sqlite3.connect(settings.database_path)) as connection:
        return connection.execute(query).fetchall()


async def test_a_stop_while_vision_holds_a_frame_stores_what_was_answered(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "DRAIN_S", 0.3)
    async with run_server(settings, engine) as server:
        async with server.user() as user:
            stream = (await user.open(await user.camera()))["stream"]
            for seq in (1, 2, 3):
                assert (await user.frame(stream, seq))["status"] == "processed"
            engine.gate.clear()
            held = asyncio.create_task(user.frame(stream, 4))
            await until(lambda: engine.running)
    held.cancel()
    counted = "SELECT received, processed, dropped, closed_at IS NOT NULL FROM streams"
    assert rows(settings, counted) == [(4, 3, 1, 1)]
    assert rows(settings, "SELECT count(DISTINCT step_s) FROM samples") == [(3,)], "ten seconds, a minute, an hour"


async def test_what_the_end_of_a_stream_could_not_store_is_stored_at_the_end(
    tmp_path: Path, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WRITE_EVERY_S", 3600.0)
    with small_disk(tmp_path / "disk", 3) as disk:
        settings = Settings(data_dir=disk.path / "data", port=0, bcrypt_cost=4, log_level="error")
        async with run_server(settings, engine) as server, server.user() as user:
            stream = (await user.open(await user.camera()))["stream"]
            await user.frame(stream, 1)
            disk.fill()
            await user.call("stream_close", {"stream": stream})
            disk.free()
        assert rows(settings, "SELECT processed, closed_at IS NOT NULL FROM streams") == [(1, 1)]


async def test_alerts_that_a_killed_process_left_open_end_as_soon_as_that_can_be_written(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BUSY_TIMEOUT_MS", 100)
    async with run_server(settings, engine) as server, server.user() as user:
        camera, stream = await watched(user)
        for seq in range(1, 8):
            await user.frame(stream, seq)
        cookies = {one.key: one.value for one in user.http.cookie_jar}
    with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as busy:
        busy.execute("UPDATE alerts SET ended_at = NULL")  # as `kill -9` leaves them
        busy.execute("BEGIN IMMEDIATE")
        async with run_server(settings, engine) as server, server.client() as user:
            user.http.cookie_jar.update_cookies(cookies)
            await user.connect()
            stream = (await user.open(camera))["stream"]
            for seq in range(1, 8):
                await user.frame(stream, seq)

            async def status() -> object:
                return (await readiness(user))["status"]

            await eventually(status, "degraded")
            busy.execute("COMMIT")

            async def over() -> list[bool]:
                return [one["ended_at"] is not None for one in await alerts(user, camera)]

            await eventually(over, [False, True])  # the one of this process goes on


async def test_what_gathered_is_written_in_parts_that_let_others_write(tmp_path: Path) -> None:
    path = tmp_path / "test.sqlite3"
    await asyncio.to_thread(migrate, path)
    mine, others = Database(path), Database(path)
    async with others.writing() as connection:
        await insert_user(connection, User("usr_a", "a", "a@example.org", False), "hash", 1.0)
        await insert_camera(connection, Camera("cam_a", "usr_a", "Gate", 1.0))
    recorder = SampleWriter(mine, lambda: (), Retention({}, 0, 0, 0))
    engine = ScriptedEngine()
    clock = asyncio.get_running_loop().time
    stream = Stream("str_a", "cam_a", "usr_a", "camera", "any", engine, clock, 0.0, Nobody())
    first = Sample("cam_a", "", "", 10, 0.0, 10.0, 1, 1.0, 1, 1, 2, 1, 0.0, 0)
    stream.journal.give_back(Pending(samples=[replace(first, at=10.0 * number) for number in range(GATHERED)]))
    saving = asyncio.create_task(recorder.save(stream, closed=True))
    slowest, writes = 0.0, 0
    while not saving.done():
        began = time.monotonic()
        writes += 1
        async with others.writing() as connection:
            await insert_camera(connection, Camera(f"cam_{writes}", "usr_a", "Other", 1.0))
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.sleep(0.01)
    await saving
    await asyncio.gather(mine.close(), others.close())
    with closing(sqlite3.connect(path)) as connection:
        sums = "SELECT step_s, count(*), sum(entries), sum(seconds) FROM samples GROUP BY step_s ORDER BY step_s"
        found = connection.execute(sums).fetchall()
    note(15, f"longest wait beside {GATHERED:,} samples that are written", f"{slowest * 1000:.0f} ms", "bounded")
    whole = (2 * GATHERED, 10.0 * GATHERED)
    assert found == [(10, GATHERED, *whole), (60, GATHERED // 6, *whole), (3600, -(-GATHERED // 360), *whole)]
    assert writes > 5
    assert slowest < 2.0, "all of it in one transaction takes longer than that"


class Nobody:
    """Looks on."""

    def picture_widths(self, camera_id: str) -> Sequence[int]:
        """No pictures."""
        return ()

    def show(self, stream: Stream, result: dict[str, Any], pictures: Mapping[int, bytes], arrived_s: float) -> None:
        """Not looked at."""
