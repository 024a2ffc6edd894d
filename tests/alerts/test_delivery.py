"""From frames to receivers: through the whole server, and through the death of its process."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import create_engine, text

from server.config import Settings
from server.core.alarm import Limits
from server.core.plan import Plan, ZoneLimits
from server.core.plan_json import encode_plan
from server.core.zone import Zone
from tests.alerts.receivers import Receiver, signature_fits
from tests.alerts.scripted_server import ALONE, LEASE_S
from tests.e2e.process import free_port
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, RunningServer, run_server
from tests.support.wait import until

NAME = "<b>All</b>"
ALL = Zone("all", NAME, ((0, 0), (1, 0), (1, 1), (0, 1)), entry_s=0, exit_s=0)
LIMITS = {"all": ZoneLimits(people=Limits(warning=1, critical=2, hold_s=0, clear_s=0, cooldown_s=0))}


async def watched_camera(user: Client, url: str) -> tuple[str, str]:
    """A camera with limits, and a web hook of its owner. Returns its id and the hook's secret."""
    camera = await user.camera()
    body = {"version": 0, "plan": encode_plan(Plan((ALL,), limits=LIMITS))}
    async with user.http.put(f"/api/cameras/{camera}/plan", json=body) as response:
        assert response.status == 200, await response.text()
    hook = {"kind": "webhook", "name": "Room", "target": url, "steps": ["warning", "critical", "cleared"]}
    async with user.http.post("/api/channels", json=hook) as response:
        assert response.status == 201, await response.text()
        return camera, str((await response.json())["secret"])


def steps(hook: Receiver) -> list[str]:
    return [request.json["step"] for request in hook.got]


@pytest.fixture
async def open_server(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[RunningServer]:
    """A server whose operator lets web hooks come to this machine."""
    async with run_server(settings.model_copy(update={"allow_private_hooks": True}), engine) as server:
        yield server


async def test_an_alert_is_told_from_its_beginning_to_its_end(
    open_server: RunningServer, engine: ScriptedEngine, hook: Receiver
) -> None:
    two = (person(1), person(2, left=0.6, right=0.7))
    async with open_server.user() as user:
        camera, secret = await watched_camera(user, hook.url)
        stream = (await user.open(camera))["stream"]
        for seq, people in enumerate([(person(1),), two, ()], 1):
            engine.script.append(people)
            await user.frame(stream, seq * 10)
            await until(lambda seq=seq: len(hook.got) == seq)
    assert steps(hook) == ["warning", "critical", "cleared"]
    assert all(signature_fits(secret, request) for request in hook.got)
    assert len({request.key for request in hook.got}) == 3
    assert len({request.json["alert"]["id"] for request in hook.got}) == 1
    last = hook.got[-1].json
    assert (last["alert"]["peak"], last["zone"]["name"], last["interrupted"]) == (2, NAME, False)
    assert last["camera"] == {"id": camera, "name": "Gate"}
    assert last["link"].endswith(f"/cameras/{camera}")


async def test_a_stream_that_ends_is_not_said_to_be_clear(
    open_server: RunningServer, engine: ScriptedEngine, hook: Receiver
) -> None:
    async with open_server.user() as user:
        camera, _secret = await watched_camera(user, hook.url)
        stream = (await user.open(camera))["stream"]
        engine.script.append((person(1),))
        await user.frame(stream, 1)
        await until(lambda: len(hook.got) == 1)
        await user.call("stream_close", {"stream": stream})
        await until(lambda: len(hook.got) == 2)
        (listed,) = (await user.get(f"/api/cameras/{camera}/alerts"))["alerts"]
    assert steps(hook) == ["warning", "cleared"]
    last = hook.got[-1].json
    assert last["interrupted"] is True
    assert "Not watched any more" in last["text"]
    assert "clear since" not in last["text"]
    assert listed["interrupted"] is True


async def test_a_hanging_receiver_does_not_touch_the_frames(
    open_server: RunningServer, engine: ScriptedEngine, hook: Receiver
) -> None:
    hook.gate.clear()
    async with open_server.user() as user:
        camera, _secret = await watched_camera(user, hook.url)
        stream = (await user.open(camera))["stream"]
        await user.frame(stream, 1)
        await until(lambda: len(hook.got) == 1)
        for seq in range(2, 60):
            answer = await asyncio.wait_for(user.frame(stream, seq), 5)
            assert answer["status"] == "processed"
        assert len(hook.got) == 1, "it still hangs"


class ScriptedProcess:
    """The server as a process of its own, to be killed."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it answers."""
        command = (sys.executable, "-m", "tests.alerts.scripted_server", str(self._data), str(self._port))
        self.process = await asyncio.create_subprocess_exec(*command)
        async with asyncio.timeout(30), aiohttp.ClientSession() as http:
            while not await self._answers(http):  # noqa: ASYNC110 - another process has no event
                await asyncio.sleep(0.1)

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/healthz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask its database."""
        engine = create_engine(f"sqlite:///{self._data}/crowdcount.sqlite3")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found


@asynccontextmanager
async def scripted_process(data: Path) -> AsyncIterator[ScriptedProcess]:
    process = ScriptedProcess(data)
    await process.start()
    try:
        yield process
    finally:
        if process.process is not None and process.process.returncode is None:
            await process.kill()


async def test_kill_9_loses_nothing_and_repeats_by_key_alone(tmp_path: Path, hook: Receiver) -> None:
    """Killed after one delivery and in the middle of another; the last step is told by the process after it."""
    async with scripted_process(tmp_path) as process:
        server = RunningServer(process.url, Settings(data_dir=tmp_path))
        async with server.user() as user:
            camera, secret = await watched_camera(user, hook.url)
            stream = (await user.open(camera))["stream"]
            for seq in range(1, ALONE + 1):
                await user.frame(stream, seq)
            await until(lambda: process.rows("SELECT outcome FROM outbox") == [("delivered",)])
            hook.gate.clear()
            await user.frame(stream, ALONE + 1)
            await until(lambda: len(hook.got) == 2)
            await process.kill()  # the second request is with the receiver, unanswered
        assert steps(hook) == ["warning", "critical"]
        hook.gate.set()
        await process.start()
        await until(lambda: "cleared" in steps(hook), seconds=LEASE_S + 30)
        await until(lambda: [one for (one,) in process.rows("SELECT outcome FROM outbox")] == ["delivered"] * 3)
        # Nothing more comes, and the next start finds nothing to do.
        await process.kill()
        await process.start()
        await asyncio.sleep(2.5)
    told = list(dict.fromkeys((request.key, request.json["step"]) for request in hook.got))
    assert [step for _key, step in told] == ["warning", "critical", "cleared"], "each once, to who knows keys"
    assert steps(hook) == ["warning", "critical", "critical", "cleared"], "the one that was under way came again"
    assert hook.got[1].body == hook.got[2].body
    assert hook.got[-1].json["interrupted"] is True
    assert all(signature_fits(secret, request) for request in hook.got)
    assert process.rows("PRAGMA integrity_check") == [("ok",)]
