"""Row 12: the vision process is stopped in the middle of a stream; row 17: nothing stays behind."""

import asyncio
import gc
import json
import os
import signal
import sqlite3
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from server.config import Settings
from tests.faults.clocks import JumpingClock
from tests.faults.figures import note
from tests.faults.processes import Serving, children, descriptors, memory_mb, serving, wait_for
from tests.media import encode_jpeg
from tests.support.engine import ScriptedEngine
from tests.support.server import PASSWORD, Client, RunningServer, run_server
from tests.support.wait import until

pytestmark = pytest.mark.timeout(240)
CYCLES = 150
KEPT_CONNECTIONS = 5
"""Of SQLAlchemy's pool; further ones are closed after use."""


@pytest.mark.few
@pytest.mark.parametrize(("number", "promise"), [(signal.SIGKILL, 5), (signal.SIGSTOP, 15)])
async def test_results_come_back_after_the_vision_process_is_gone(
    real_server: Serving, number: signal.Signals, promise: int
) -> None:
    picture = encode_jpeg(np.zeros((96, 128, 3), np.uint8))
    async with RunningServer(real_server.url, Settings()).user(f"eve{time.monotonic_ns()}") as user:
        stream = (await user.open(await user.camera()))["stream"]
        first = await user.frame(stream, 1, picture)
        assert "result" in first, first
        before = first["result"]["epoch"]
        os.kill(real_server.worker, number)
        began = time.monotonic()
        async with asyncio.timeout(40):
            for seq in range(2, 10_000):
                answer = await user.frame(stream, seq, picture)
                if "result" in answer:
                    break
                assert answer["error"]["code"] in {"ENGINE_RESTARTED", "ENGINE_UNAVAILABLE"}
                await asyncio.sleep(0.05)
        took = time.monotonic() - began
        assert answer["result"]["epoch"] > before, "identities of two processes are not mixed"
        note(12, f"results again after {number.name}", f"{took:.1f} s", f"≤ {promise} s")
        assert took < promise
        async with user.http.get("/readyz") as response:
            assert (await response.json())["checks"]["engine"]["workers"][0]["restarts"] >= 1


@pytest.mark.few
async def test_streams_of_other_processes_go_on(tmp_path: Path) -> None:
    """Two real vision processes with a stream each; one alone is told to end."""
    picture = encode_jpeg(np.zeros((96, 128, 3), np.uint8))
    settings = {"CROWDCOUNT_WORKERS": "2", "CROWDCOUNT_INPUT_SIDE": "320"}
    with serving(tmp_path / "data", **settings) as running:
        wait_for(lambda: len(children(running.web)) == 2 and all_ready(running), 90)
        async with RunningServer(running.url, Settings()).user() as user:
            streams = [(await user.open(await user.camera(name)))["stream"] for name in ("North", "South")]
            for stream in streams:
                assert (await user.frame(stream, 1, picture))["status"] == "processed"
            os.kill(running.worker, signal.SIGTERM)
            results = await asyncio.gather(*(watch_epochs(user, stream, picture) for stream in streams))
    (slowest,) = [slowest for epochs, slowest in results if epochs == {1}]
    assert [epochs - {0, 1} for epochs, _ in results].count({2}) == 1, "the one of the ended process began anew"
    measured = f"{slowest * 1000:.0f} ms a frame at most"
    note(12, "the other stream, while a vision process is replaced", measured, "goes on")
    assert slowest < 5, "a hung one is noticed after ten"


async def watch_epochs(user: Client, stream: str, picture: bytes) -> tuple[set[int], float]:
    """Send frames for six seconds, or until a lost stream is back: epochs, 0 for an error, and the slowest answer."""
    epochs, slowest, seq = set(), 0.0, 1
    until_s = time.monotonic() + 6
    while time.monotonic() < until_s or (0 in epochs and 2 not in epochs):
        seq += 1
        began = time.monotonic()
        answer = await user.frame(stream, seq, picture)
        slowest = max(slowest, time.monotonic() - began)
        epochs.add(answer["result"]["epoch"] if "result" in answer else 0)
        await asyncio.sleep(0.05)
    return epochs, slowest


def all_ready(running: Serving) -> bool:
    """Whether every vision process is."""
    with urllib.request.urlopen(f"{running.url}/readyz", timeout=10) as answer:
        workers = json.load(answer)["checks"]["engine"]["workers"]
    return all(worker["state"] == "ready" for worker in workers)


async def churn(url: str, count: int, user: Client, camera: str) -> None:
    """Connect, stream, and be gone: politely, in the middle of a frame, or without a word."""
    for number in range(count):
        async with RunningServer(url, Settings()).client() as device:
            device.http.cookie_jar.update_cookies(
                {one.key: one.value for one in user.http.cookie_jar}, response_url=device.http._base_url or ""
            )
            await device.connect()
            stream = (await device.open(camera))["stream"]
            waiting = asyncio.create_task(device.frame(stream, 1))
            if number % 3 == 0:
                await waiting
                await device.call("stream_close", {"stream": stream})
            elif number % 3 == 1:
                await device.socket.eio.ws.close()  # no Socket.IO good-bye
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def fill_pool(user: Client, settings: Settings) -> None:
    """Have as many connections to the database opened as are kept: five requests that wait for the same lock."""
    with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(user.camera(f"Gate {number}")) for number in range(KEPT_CONNECTIONS)]
        await asyncio.sleep(0.5)
        assert not any(task.done() for task in waiting)
        busy.execute("COMMIT")
    await asyncio.gather(*waiting)


async def test_connections_that_come_and_go_leave_nothing(settings: Settings, engine: ScriptedEngine) -> None:
    quick = settings.model_copy(update={"resume_s": 1.0, "connections_per_user": 1000, "connections_per_address": 1000})
    async with run_server(quick, engine) as server, server.user() as user:
        camera = await user.camera()
        await churn(server.url, 10, user, camera)
        await fill_pool(user, settings)
        await until(lambda: not engine.opened)
        gc.collect()
        mine = os.getpid()
        before = len(asyncio.all_tasks()), descriptors(mine), threading.active_count()
        heavy = memory_mb(mine)
        await churn(server.url, CYCLES, user, camera)
        await until(lambda: not engine.opened)
        # Engine.IO's pings of connections that are gone sleep until their time, ten seconds, and end.
        await until(lambda: len(asyncio.all_tasks()) <= before[0])
        gc.collect()
        after = len(asyncio.all_tasks()), descriptors(mine), threading.active_count()
        note(17, f"tasks, descriptors, threads before and after {CYCLES} connections", f"{before}, {after}", "the same")
        grown = memory_mb(mine) / heavy - 1
        note(17, f"memory over {CYCLES} connections, those who connect included", f"{grown:+.1%}", "< 5 %")
        assert grown < 0.1, "5 % are promised of the server, without its clients; `make soak` measures that"
        assert after[0] <= before[0]
        assert after[1] <= before[1] + 2
        assert after[2] <= before[2] + 1
        async with user.http.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        assert "crowdcount_streams 0.0" in lines


@pytest.mark.parametrize("jump_s", [-7200.0, 7200.0, 365 * 86_400.0])
async def test_a_clock_that_jumps_stops_nobody(
    settings: Settings, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    kept = settings.model_copy(update={"session_days": 365, "resume_s": 60.0})
    async with run_server(kept, engine) as server, server.user() as user:
        camera = await user.camera()
        stream = (await user.open(camera))["stream"]
        for seq in (1, 2):
            assert (await user.frame(stream, seq))["status"] == "processed"
        clock = JumpingClock(monkeypatch)
        clock.offset_s = jump_s
        if jump_s < 300 * 86_400:
            for seq in (3, 4):
                result = (await user.frame(stream, seq))["result"]
            assert result["counters"]["processed"] == 4
            assert min(result["timing"].values()) >= 0
            summary = (await user.call("stream_close", {"stream": stream}))["summary"]
            assert summary["duration_ms"] == 400.0, "the stream's time is its own"
        else:
            # A year on, the session is over by right; signing in again is all it takes.
            await until(lambda: not user.socket.connected)
            async with user.http.post("/api/session", json={"login": "ada", "password": PASSWORD}) as response:
                assert response.status == 200
            await user.connect()
            assert (await user.open(camera, resume=stream))["resumed"] is True
