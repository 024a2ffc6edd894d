"""Row 15: the disk is full, read-only or slow, the process is killed mid-write; and copies of what is in use."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from server.config import Settings
from server.process.backup import check_database
from tests.faults.disks import ReadOnly, small_disk
from tests.faults.figures import note
from tests.faults.processes import crowdcount
from tests.support.engine import ScriptedEngine, person
from tests.support.server import Client, run_server

pytestmark = pytest.mark.timeout(240)
KILLS = 3
ZONE = {
    "type": "Feature",
    "id": "all",
    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
    "properties": {"name": "All", "limits": {"people": {"warning": 1, "hold_s": 0}}},
}
PLAN = {"version": 0, "plan": {"type": "FeatureCollection", "features": [ZONE]}}


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> ReadOnly:
    """The database of servers that start from now on, to be made read-only and writable again."""
    return ReadOnly(monkeypatch)


async def watched(user: Client) -> tuple[str, str]:
    """A camera with a zone that warns of one person, and its stream."""
    camera = await user.camera()
    async with user.http.put(f"/api/cameras/{camera}/plan", json=PLAN) as response:
        assert response.status == 200, await response.text()
    return camera, (await user.open(camera))["stream"]


async def alerts(user: Client, camera: str) -> list[dict[str, object]]:
    """The alerts of a camera."""
    async with user.http.get(f"/api/cameras/{camera}/alerts") as response:
        found: list[dict[str, object]] = (await response.json())["alerts"]
        return found


async def eventually(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Ask until the answer is the wanted one."""
    async with asyncio.timeout(30):
        while await ask() != wanted:  # noqa: ASYNC110 - what is asked is a server, which has no event
            await asyncio.sleep(0.2)


async def readiness(user: Client) -> dict[str, object]:
    """What /readyz says."""
    async with user.http.get("/readyz") as response:
        found: dict[str, object] = await response.json()
        return found


async def test_with_a_full_disk_counting_goes_on_and_nothing_is_lost_afterwards(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    with small_disk(tmp_path / "disk", 3) as disk:
        settings = Settings(data_dir=disk.path / "data", port=0, bcrypt_cost=4, log_level="error")
        async with run_server(settings, engine) as server, server.user() as user:
            camera, stream = await watched(user)
            engine.script.append(())
            assert (await user.frame(stream, 1))["status"] == "processed"
            disk.fill()
            began = time.monotonic()
            assert (await user.frame(stream, 2))["status"] == "processed"
            told = await user.wait_for("storage")
            noticed = time.monotonic() - began
            assert told["kept"] is False
            ready = await readiness(user)
            assert ready["status"] == "degraded"
            for seq in range(3, 30):
                answer = await user.frame(stream, seq)
                assert answer["status"] == "processed", "live figures go on"
            alert = answer["result"]["zones"][0]["alerts"]["people"]["id"]
            async with user.http.post("/api/cameras", json={"name": "Later"}) as response:
                assert (response.status, (await response.json())["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
            disk.free()
            assert (await user.wait_for("storage"))["kept"] is True
            assert (await readiness(user))["warnings"] == []

            async def stored() -> list[object]:
                return [one["id"] for one in await alerts(user, camera)]

            await eventually(stored, [alert])  # what was shown meanwhile
            await user.call("stream_close", {"stream": stream})
        assert await asyncio.to_thread(check_database, settings.database_path) == []
    note(15, "full disk: page and /readyz know after", f"{noticed:.1f} s, nothing lost", "visible, recovers")


async def test_a_disk_that_becomes_read_only_degrades_to_live_and_recovers(
    settings: Settings, engine: ScriptedEngine, read_only: ReadOnly
) -> None:
    async with run_server(settings, engine) as server, server.user() as user:
        camera, stream = await watched(user)
        engine.script.append(())
        await user.frame(stream, 1)
        read_only.on = True
        began, seq = time.monotonic(), 1
        told = asyncio.create_task(user.wait_for("storage"))
        while not told.done():
            seq += 1
            assert (await user.frame(stream, seq))["status"] == "processed", "live figures go on"
            await asyncio.sleep(0.1)
        noticed = time.monotonic() - began
        assert told.result()["kept"] is False
        assert (await readiness(user))["status"] == "degraded"
        async with user.http.post("/api/cameras", json={"name": "Later"}) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
        read_only.on = False
        assert (await user.wait_for("storage"))["kept"] is True
        assert (await readiness(user))["warnings"] == []

        async def stored() -> int:
            return len(await alerts(user, camera))

        await eventually(stored, 1)  # that of what was shown meanwhile
        await user.call("stream_close", {"stream": stream})
    assert await asyncio.to_thread(check_database, settings.database_path) == []
    note(15, "disk that becomes read-only: page and /readyz know after", f"{noticed:.1f} s", "visible, recovers")


async def test_a_server_starts_on_a_full_disk_and_counts(tmp_path: Path) -> None:
    """As after a power cut, when something else goes on to fill the disk."""
    with small_disk(tmp_path / "disk", 3) as disk:
        settings = Settings(data_dir=disk.path / "data", port=0, bcrypt_cost=4, log_level="error")
        async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
            camera, stream = await watched(user)
            await user.frame(stream, 1)
        disk.fill()
        engine = ScriptedEngine()
        async with run_server(settings, engine) as server, server.client() as user:
            await user.sign_in()
            await user.connect()
            stream = (await user.open(camera))["stream"]
            status = number = 0
            while status != 503:  # the little that was kept for the start is used up
                number += 1
                async with user.http.patch(f"/api/cameras/{camera}", json={"name": f"Gate {number}"}) as response:
                    status = response.status
                assert (await user.frame(stream, number))["status"] == "processed", "live figures"
            assert (await user.wait_for("storage"))["kept"] is False
            assert (await readiness(user))["status"] == "degraded"
            disk.free()
            assert (await user.wait_for("storage"))["kept"] is True
    note(15, "a start on a full disk", "counts, says that nothing is kept, recovers", "live-only")


def test_a_damaged_database_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "crowdcount.sqlite3").write_bytes(b"no database" * 1000)
    done = crowdcount(tmp_path / "data", "serve", "--port", "0")
    assert done.returncode == 2
    assert "DATABASE_UNUSABLE" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_read_only_disk_is_told_at_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3) as disk:
        (disk.path / "data").mkdir()
        disk.read_only(on=True)
        done = crowdcount(disk.path / "data", "serve", "--port", "0")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert "DATA_DIR_UNWRITABLE" in lines[-1]
    assert all("others can list or write" in line for line in lines[:-1]), (
        "one sentence, beside that of the folder's mode"
    )


async def test_a_stream_that_ends_while_the_disk_is_full_is_stored_later(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    with small_disk(tmp_path / "disk", 3) as disk:
        settings = Settings(data_dir=disk.path / "data", port=0, bcrypt_cost=4, log_level="error")
        async with run_server(settings, engine) as server, server.user() as user:
            camera, stream = await watched(user)
            await user.frame(stream, 1)
            disk.fill()
            for seq in range(2, 6):
                await user.frame(stream, seq, t=seq * 500.0)
            await user.call("stream_close", {"stream": stream})
            assert (await user.wait_for("storage"))["kept"] is False
            disk.free()
            await user.wait_for("storage")

            async def stored() -> int:
                async with user.http.get(f"/api/cameras/{camera}") as response:
                    last = (await response.json())["camera"]["last"]
                    return int(last["processed"]) if last else 0

            await eventually(stored, 5)
            assert (await alerts(user, camera))[0]["ended_at"] is not None


def test_a_process_that_is_killed_while_it_writes_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "crowdcount.sqlite3"
    acknowledged = 0
    for _ in range(KILLS):
        command = [sys.executable, "-m", "tests.faults.writer", str(path), str(acknowledged)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            for _ in range(12):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            rest = writer.stdout.read().split()
        acknowledged = max([acknowledged, *map(int, rest)])
        assert check_database(path) == []
        with closing(sqlite3.connect(path)) as connection:
            names = {int(row[0]) for row in connection.execute("SELECT name FROM cameras")}
            tables = ("alerts", "samples")
            written = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
        assert written == [len(names), 3 * len(names)], "with every one its alert, and its samples of three lengths"
        assert names >= set(range(1, acknowledged + 1))
        assert len(names) <= acknowledged + 1
    note(
        15,
        f"kill -9 mid-write, {KILLS} times",
        f"{acknowledged} writes there, integrity_check ok",
        "none lost",
    )


async def test_no_locked_error_reaches_a_user_who_writes_beside_a_long_reader(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="error")
    async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
        with closing(sqlite3.connect(settings.database_path)) as busy:
            busy.execute("BEGIN")
            busy.execute("SELECT count(*) FROM users").fetchall()
            await asyncio.gather(*(user.camera(f"Gate {number}") for number in range(30)))
        with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as busy:
            busy.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(user.camera("behind a writer"))
            await asyncio.sleep(1)
            assert not waiting.done()
            busy.execute("COMMIT")
            await waiting
    note(15, "30 writes beside a reader, one behind a writer", "no error", "no 'locked' reaches a user")


async def test_an_acknowledgement_that_is_sent_again_is_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="error")
    async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
        camera, stream = await watched(user)
        for seq in range(1, 8):
            await user.frame(stream, seq, t=seq * 500.0)
        await user.call("stream_close", {"stream": stream})
        (alert,) = await alerts(user, camera)
        answers = [await user.post(f"/api/alerts/{alert['id']}/acknowledge", {"note": "seen"}, 200) for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        entries = (await user.get("/api/audit"))["entries"]
        assert [one["action"] for one in entries].count("alert_acknowledged") == 1
        await user.post(f"/api/alerts/{alert['id']}/acknowledge", {"note": "another note"}, 200)
        entries = (await user.get("/api/audit"))["entries"]
        assert [one["action"] for one in entries].count("alert_acknowledged") == 2
    note(18, "an acknowledgement sent three times", "one entry in the log", "once")


@pytest.mark.alone
async def test_frames_do_not_wait_for_a_database_that_is_locked(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    settings = Settings(data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="error")
    async with run_server(settings, engine) as server, server.user() as user:
        camera, stream = await watched(user)
        await user.frame(stream, 1)
        with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as busy:
            busy.execute("BEGIN IMMEDIATE")
            engine.script.append((person(1), person(2)))
            slowest = 0.0
            for seq in range(2, 60):
                began = time.monotonic()
                assert (await user.frame(stream, seq))["status"] == "processed"
                slowest = max(slowest, time.monotonic() - began)
                await asyncio.sleep(0.03)
            busy.execute("COMMIT")

        async def any_alert() -> bool:
            return bool(await alerts(user, camera))

        await eventually(any_alert, True)
    note(15, "slowest answer while the database is locked", f"{slowest * 1000:.0f} ms", "frames never wait for it")
    assert slowest < 1.0
