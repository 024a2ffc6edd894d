"""Row 16: the PostgreSQL server is away, hangs, comes back, or is another's."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.config import Settings
from tests.faults.figures import note
from tests.faults.lost_commits import CommitLoser
from tests.faults.proxy import Proxy
from tests.faults.test_storage import PLAN, alerts, eventually, readiness
from tests.support.engine import ScriptedEngine, person
from tests.support.postgres import Cluster
from tests.support.server import Client, run_server

pytestmark = [pytest.mark.timeout(240)]
STEP_MS = 500.0
"""Capture time between two frames: twenty of them are a sample."""
AWAY_S = 3.5


@dataclass
class Watcher:
    """Somebody streams a camera of a room.

    Attributes
    ----------
    slowest : float
        Longest answer to a frame, in seconds.
    frames : int
        How many were answered.
    """

    user: Client
    camera: str
    room: str
    stream: str
    frames: int = 0
    slowest: float = 0.0
    began: list[str] = field(default_factory=list)

    async def stream_for(self, seconds: float) -> float:
        """Send frames for so long. Returns the longest answer, in seconds."""
        until, slowest = time.monotonic() + seconds, 0.0
        while time.monotonic() < until:
            self.frames += 1
            began = time.monotonic()
            answer = await self.user.frame(self.stream, self.frames, t=self.frames * STEP_MS)
            slowest = max(slowest, time.monotonic() - began)
            assert answer["status"] == "processed"
            for found in answer["result"]["zones"][0]["alerts"].values():
                if found["id"] not in self.began:
                    self.began.append(found["id"])
            await asyncio.sleep(0.02)
        return slowest

    async def end(self) -> None:
        """Close the stream and wait until it is stored."""
        await self.user.call("stream_close", {"stream": self.stream})

        async def stored() -> int:
            last = (await self.user.get(f"/api/cameras/{self.camera}"))["camera"]["last"]
            return int(last["processed"]) if last else 0

        await eventually(stored, self.frames)


@asynccontextmanager
async def watching(cluster: Cluster, proxy: Proxy, tmp_path: Path, name: str) -> AsyncIterator[Watcher]:
    """A server behind a line that may be broken, and a camera that warns of one person."""
    url = SecretStr(cluster.url(name, proxy.port))
    settings = Settings(data_dir=tmp_path / "data", database_url=url, port=0, bcrypt_cost=4, log_level="error")
    engine = ScriptedEngine()
    # Every 30 frames somebody comes for 30 frames: an alert, its end, and an entry in the log of the room.
    engine.script.extend(((person(1),) * (number // 30 % 2)) for number in range(2000))
    async with run_server(settings, engine) as server, server.user() as user:
        camera = await user.camera()
        async with user.http.put(f"/api/cameras/{camera}/plan", json=PLAN) as response:
            assert response.status == 200
        room = await user.room("Hall", camera)
        yield Watcher(user, camera, room, (await user.open(camera))["stream"])


def check_sums(cluster: Cluster, name: str, watcher: Watcher) -> None:
    """Everything that was answered is stored, and nothing of it twice."""
    fine = cluster.ask("SELECT at, seconds FROM samples WHERE step_s = 10 AND zone_id = '' ORDER BY at", name)
    first = fine[0][0]
    assert isinstance(first, float)
    assert fine[1:-1] == [(first + 10 * number, pytest.approx(10.0)) for number in range(1, len(fine) - 1)]
    assert len(fine) >= watcher.frames * STEP_MS / 10_000
    sums = cluster.ask("SELECT sum(seconds), sum(entries) FROM samples GROUP BY step_s", name)
    assert len(sums) == 3
    assert len({(round(float(str(seconds)), 3), entries) for seconds, entries in sums}) == 1
    stored = [row[0] for row in cluster.ask("SELECT id FROM alerts ORDER BY began_at", name)]
    assert stored == watcher.began
    entries = cluster.ask("SELECT at, who FROM room_log WHERE kind = 'alert'", name)
    assert len(entries) == len(set(entries)) == len(watcher.began)
    assert cluster.ask("SELECT count(*), sum(processed) FROM streams", name) == [(1, watcher.frames)]


async def seconds_until_degraded(user: Client) -> float:
    """How long /readyz takes to say it, with its reason."""
    began = time.monotonic()
    async with asyncio.timeout(20):
        while (found := await readiness(user))["status"] != "degraded":  # noqa: ASYNC110 - a server has no event
            await asyncio.sleep(0.1)
    assert "The database server does not answer." in str(found["warnings"])
    return time.monotonic() - began


async def seconds_until_refused(user: Client) -> float:
    """How long somebody waits who wants to change something."""
    began = time.monotonic()
    async with user.http.post("/api/cameras", json={"name": "Later"}) as response:
        answer = (await response.json())["error"]
    assert (response.status, answer["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert answer["message"].startswith("The database cannot be used")
    return time.monotonic() - began


@pytest.mark.few
@pytest.mark.parametrize("how", ["away", "hung"])
async def test_counting_goes_on_without_the_database_and_all_of_it_is_stored_once(
    postgres: Cluster, tmp_path: Path, how: str
) -> None:
    name = postgres.furnished()
    async with Proxy(postgres.port) as line, watching(postgres, line, tmp_path, name) as watcher:
        user = watcher.user
        before = await watcher.stream_for(1.0)
        if how == "away":
            await line.refuse()
        else:
            line.swallow()
        frames = asyncio.create_task(watcher.stream_for(AWAY_S))
        degraded, refused = await asyncio.gather(seconds_until_degraded(user), seconds_until_refused(user))
        assert (await user.wait_for("storage"))["kept"] is False
        again = await seconds_until_refused(user)
        during = await frames
        began = time.monotonic()
        if how == "away":
            await line.listen()
        else:
            line.heal()
        assert (await user.wait_for("storage"))["kept"] is True
        back = time.monotonic() - began
        assert (await readiness(user))["warnings"] == []
        await watcher.stream_for(0.5)
        await watcher.end()
        assert [one["ended_at"] is None for one in await alerts(user, watcher.camera)].count(True) == 0
    check_sums(postgres, name, watcher)
    note(16, f"database {how}: /readyz degraded after", f"{degraded:.1f} s", "≤ 5 s")
    note(16, f"database {how}: who changes something is told after", f"{refused:.1f} s, then {again:.2f} s", "seconds")
    slowest = f"{during * 1000:.0f} ms (before {before * 1000:.0f} ms)"
    note(16, f"database {how}: slowest answer to a frame", slowest, "frames never wait for it")
    note(16, f"database {how}: stored again after it is back", f"{back:.1f} s, nothing lost or twice", "by itself")
    assert degraded < 5
    assert refused < 6
    assert again < 0.5
    assert during < 0.5


async def test_a_commit_whose_answer_is_lost_is_not_repeated(postgres: Cluster, tmp_path: Path) -> None:
    name = postgres.furnished()
    async with CommitLoser(postgres.port) as line, watching(postgres, line, tmp_path, name) as watcher:
        await watcher.stream_for(1.0)
        for _ in range(3):
            line.lose = 1
            async with asyncio.timeout(20):
                while line.lose or (await readiness(watcher.user))["status"] != "ready":
                    await watcher.stream_for(0.2)
        await watcher.end()
        assert line.lost == 3
    check_sums(postgres, name, watcher)
    note(16, "the line broke after COMMIT, before its answer, 3 times", "every sum exact", "nothing twice")


async def test_a_stop_while_the_database_hangs_is_as_quick_as_ever(postgres: Cluster, tmp_path: Path) -> None:
    async with Proxy(postgres.port) as line:
        async with watching(postgres, line, tmp_path, postgres.furnished()) as watcher:
            await watcher.stream_for(0.5)
            line.swallow()
            began = time.monotonic()
        took = time.monotonic() - began
    note(16, "a stop just after the database began to hang", f"{took:.1f} s", "≤ 10 s")
    assert took < 10
