"""Row 15: copies of what is in use, and what becomes of a database that is damaged."""

import asyncio
import os
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from server.config import Settings
from server.core.errors import CodedError
from server.process.backup import back_up, check_database, has_wal_reset_fault, restore
from server.storage.engine import database
from server.storage.engine.migrate import migrate
from tests.faults.processes import crowdcount, serving
from tests.faults.test_storage import readiness, watched
from tests.support.engine import ScriptedEngine
from tests.support.server import RunningServer, empty_database, run_server
from tests.support.wait import until

pytestmark = pytest.mark.timeout(240)


async def test_backup_and_restore_while_the_server_runs(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy.sqlite3"
    with serving(data) as running:
        async with RunningServer(running.url, Settings()).client() as user:
            await user.register()
            first = await user.camera("before")
            done = await asyncio.to_thread(crowdcount, data, "backup", str(copy))
            assert done.returncode == 0, done.stderr
            assert copy.stat().st_mode & 0o777 == 0o600
            await user.camera("after")
            done = await asyncio.to_thread(crowdcount, data, "restore", str(copy))
            assert done.returncode == 0, done.stderr
            async with user.http.get("/api/cameras") as response:
                assert response.status == 401
                assert "backup" in (await response.json())["error"]["message"], "why they sign in again"
            await user.sign_in()
            async with user.http.get("/api/cameras") as response:
                assert [one["id"] for one in (await response.json())["cameras"]] == [first]
            await user.camera("and it goes on")
            done = await asyncio.to_thread(crowdcount, data, "check")
            assert done.returncode == 0, done.stdout
            assert "whole" in done.stdout
        os.kill(running.web, signal.SIGKILL)
    (kept,) = data.glob("before-restore-*.sqlite3")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM cameras").fetchone() == (2,)


def test_a_backup_ends_beside_somebody_who_writes_all_the_time(tmp_path: Path) -> None:
    source, target = tmp_path / "busy.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE alembic_version (filler BLOB)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", [(bytes(4000),)] * 2000)
        connection.execute("COMMIT")
    stop = threading.Event()
    writer = threading.Thread(target=write_all_the_time, args=(source, stop))
    writer.start()
    steps: list[int] = []

    def progress(done: int, total: int) -> None:
        steps.append(done)
        assert len(steps) < 100, "it begins again and again"

    try:
        back_up(source, target, progress)
    finally:
        stop.set()
        writer.join()
    assert steps == sorted(steps)
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0] >= 2000


def write_all_the_time(path: Path, stop: threading.Event) -> None:
    """A row every few milliseconds."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        while not stop.wait(0.002):
            connection.execute("INSERT INTO alembic_version VALUES (randomblob(4000))")


def test_what_is_no_backup_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    path = data / "crowdcount.sqlite3"
    wrong = {"empty": b"", "text": b"no database", "foreign": None}
    with closing(sqlite3.connect(tmp_path / "foreign")) as connection:
        connection.execute("CREATE TABLE mine (id INTEGER)")
    for name, content in wrong.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CodedError) as error:
            restore(tmp_path / name, path, data / "kept")
        assert error.value.code == "NO_BACKUP"
    with pytest.raises(CodedError):
        back_up(path, tmp_path / "copy")
    assert list(data.iterdir()) == []


async def test_damage_is_found(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, port=0, bcrypt_cost=4)
    async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
        await asyncio.gather(*(user.camera(f"Gate {number}") for number in range(20)))
        await until(lambda: True)
    content = bytearray(settings.database_path.read_bytes())
    for start in range(4096 * 3, len(content), 4096):
        content[start : start + 40] = b"\xff" * 40
    settings.database_path.write_bytes(content)
    assert check_database(settings.database_path)
    done = await asyncio.to_thread(crowdcount, tmp_path, "check")
    assert done.returncode == 1
    assert "damaged" in done.stdout


@pytest.mark.parametrize("kind", ["pages", "header"])
async def test_damage_while_it_runs_is_told_and_a_backup_mends_it(tmp_path: Path, kind: str) -> None:
    copy, kept = tmp_path / "copy.sqlite3", tmp_path / "kept.sqlite3"
    settings = Settings(data_dir=tmp_path / "data", port=0, bcrypt_cost=4, log_level="error")
    async with run_server(settings, ScriptedEngine()) as server, server.user() as user:
        _camera, stream = await watched(user)
        for number in range(40):
            await user.camera(f"Gate {number}")
        with closing(sqlite3.connect(settings.database_path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        await asyncio.to_thread(back_up, settings.database_path, copy)
        whole = settings.database_path.read_bytes()
        damaged = bytearray(whole)
        for start in range(4096 if kind == "pages" else 0, len(whole) if kind == "pages" else 4096, 4096):
            damaged[start : start + 40] = b"\xff" * 40
        settings.database_path.write_bytes(damaged)
        for seq in range(1, 4):
            assert (await user.frame(stream, seq))["status"] == "processed", "live figures go on"
        async with user.http.post("/api/cameras", json={"name": "Later"}) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
        told = await user.wait_for("storage")
        assert told["kept"] is False
        assert "damaged" in told["message"]
        assert "damaged" in str((await readiness(user))["warnings"])
    await asyncio.to_thread(restore, copy, settings.database_path, kept)
    assert kept.read_bytes()[:40] == bytes(damaged[:40]), "what there was is kept as it was"
    assert check_database(settings.database_path) == []
    async with run_server(settings, ScriptedEngine()) as server, server.client() as user:
        await user.sign_in()
        assert len((await user.get("/api/cameras"))["cameras"]) == 41
        assert (await readiness(user))["warnings"] == []


async def test_damage_that_was_mended_meanwhile_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "test.sqlite3"
    await asyncio.to_thread(migrate, path)
    opened = database.Database(path)
    opened.trouble = database.Trouble.DAMAGED
    await opened.probe()
    assert opened.trouble is None
    opened.trouble = database.Trouble.DAMAGED
    await opened.probe()
    assert opened.trouble is database.Trouble.DAMAGED, "the whole file is not read every second"
    monkeypatch.setattr(database, "LOOK_FOR_DAMAGE_S", 0.0)
    await opened.probe()
    assert opened.trouble is None
    await opened.close()


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_versions_with_the_fault_are_known(version: tuple[int, int, int], faulty: bool) -> None:
    assert has_wal_reset_fault(version) is faulty


@pytest.mark.parametrize("name", ["crowdcount.sqlite3", "crowdcount.sqlite3-wal", "secret.key", "link"])
def test_a_backup_overwrites_nothing_of_the_servers_own(tmp_path: Path, name: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for file in ("crowdcount.sqlite3", "crowdcount.sqlite3-wal", "secret.key"):
        (data / file).write_bytes(empty_database() if file == "crowdcount.sqlite3" else b"")
    (data / "link").symlink_to("crowdcount.sqlite3")
    inode = (data / "crowdcount.sqlite3").stat().st_ino
    done = crowdcount(data, "backup", str(data / name))
    assert done.returncode == 1
    assert "cannot be used twice" in done.stderr
    assert (data / "crowdcount.sqlite3").stat().st_ino == inode
    assert (data / "secret.key").read_bytes() == b""
