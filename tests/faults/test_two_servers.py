"""Two servers on one data directory: the second is refused, and the first one's alerts stay open."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from server.config import LOCK_FILE, Settings
from server.process.data_lock import lock_data_dir
from server.process.listening import StartError
from tests.faults.processes import Serving, alive, crowdcount, serving, wait_for
from tests.support.server import RunningServer

FIRST_TURN_S = 3.0
"""By then a server has ended the alerts that a killed one left open; it looks again after an hour."""
ALERT = (
    "INSERT INTO alerts (id, camera_id, zone_id, zone_name, figure, level, began_at, peak, peak_at, note) "
    "VALUES ('open', ?, 'zone', 'Door', 'occupancy', 'alarm', ?, 9, ?, '')"
)

pytestmark = pytest.mark.few


def refused(done: subprocess.CompletedProcess[str], data: Path, holder: int) -> None:
    """It ended with one sentence that names the directory and the process that uses it."""
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("crowdcount: DATABASE_IN_USE: "), line
    assert str(data) in line
    assert f"process {holder})" in line


async def open_alert(running: Serving, data: Path) -> None:
    """Begin an alert of a camera of the running server."""
    async with RunningServer(running.url, Settings()).client() as user:
        await user.register()
        camera = await user.camera()
    with closing(sqlite3.connect(data / "crowdcount.sqlite3")) as connection:
        connection.execute(ALERT, (camera, time.time(), time.time()))
        connection.commit()


def open_alerts(data: Path) -> list[str]:
    """Return the ids of the alerts that go on."""
    with closing(sqlite3.connect(data / "crowdcount.sqlite3")) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM alerts WHERE ended_at IS NULL")]


async def test_the_second_is_refused_and_alerts_of_the_first_stay_open(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as first:
        await asyncio.sleep(FIRST_TURN_S)
        await open_alert(first, data)
        for words in ((), ("--alone",)):
            refused(await asyncio.to_thread(crowdcount, data, "serve", "--port", "0", *words), data, first.parent.pid)
        assert open_alerts(data) == ["open"]
        assert first.answers("/readyz")
    with serving(data):
        await asyncio.to_thread(wait_for, lambda: not open_alerts(data), 30)


def test_the_lock_outlasts_a_web_process_and_ends_with_the_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as first:
        web = first.web
        os.kill(web, signal.SIGKILL)
        wait_for(lambda: not alive(web), 10)
        refused(crowdcount(data, "serve", "--port", "0"), data, first.parent.pid)
        wait_for(lambda: first.answers("/readyz"), 60)
        # Killed, it releases nothing by itself. The next one waits for its web process, which still saves.
        first.parent.kill()
        first.parent.wait()
        with serving(data) as second:
            assert second.answers("/readyz")


def holds(pid: int, path: Path) -> bool:
    """Whether a process has this file open."""
    return str(path) in {os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}


def test_commands_work_beside_a_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as first:
        lock = data / LOCK_FILE
        assert [holds(pid, lock) for pid in (first.parent.pid, first.web, first.worker)] == [True, True, False]
        copy = tmp_path / "copy.sqlite3"
        for command in (
            ("users", "list"),
            ("keys", "rotate"),
            ("backup", str(copy)),
            ("check",),
            ("restore", str(copy)),
        ):
            done = crowdcount(data, *command)
            assert done.returncode == 0, (command, done.stderr)
        done = crowdcount(data, "backup", str(data / LOCK_FILE))
        assert done.returncode != 0, "a backup never replaces the lock"
        assert first.answers()
        assert stat.S_IMODE((data / LOCK_FILE).stat().st_mode) == 0o600


def test_a_lock_is_free_when_its_descriptor_is_closed(tmp_path: Path) -> None:
    held = lock_data_dir(Settings(data_dir=tmp_path))
    assert held is not None
    with pytest.raises(StartError, match=f"DATABASE_IN_USE.*process {os.getpid()}"):
        lock_data_dir(Settings(data_dir=tmp_path), wait_s=0)
    os.close(held)
    again = lock_data_dir(Settings(data_dir=tmp_path), wait_s=0)
    assert again is not None
    assert not os.get_inheritable(again)
    os.close(again)
