"""`crowdcount serve` as a user starts it: a real process, real vision, real pictures."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.config import Settings
from tests.faults.processes import alive, children
from tests.media import find_asset
from tests.support.server import RunningServer
from tests.support.wait import until

COMMAND = [sys.executable, "-m", "server.cli", "serve"]


@contextmanager
def serving(data_dir: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, ready to be asked; ends with the block."""
    environment = {**os.environ, "CROWDCOUNT_DATA_DIR": str(data_dir)}
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "it prints its URL"
        yield process, found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
        process.stdout.close()


async def ready(client: object, seconds: float = 90) -> None:
    """Wait for /readyz."""
    async with asyncio.timeout(seconds):
        while True:
            async with client.http.get("/readyz") as response:  # type: ignore[attr-defined]
                if response.status == 200:
                    return
            await asyncio.sleep(0.1)


async def test_real_people_survive_bad_frames_and_a_killed_process(tmp_path: Path) -> None:
    picture = find_asset("bus.jpg").read_bytes()
    with serving(tmp_path) as (process, url):
        async with RunningServer(url, Settings()).client() as user:
            await ready(user)
            await user.register()
            await user.connect()
            stream = (await user.open(await user.camera()))["stream"]
            for seq in range(1, 6):
                result = (await user.frame(stream, seq, picture))["result"]
            before = [one["id"] for one in result["people"]]
            assert 3 <= result["count"] <= 4
            bad = [b"", b"GIF89a....", picture[: len(picture) // 2], b"\xff\xd8\xff\xe0" + b"\0" * 100]
            codes = [(await user.frame(stream, 6 + n, one))["error"]["code"] for n, one in enumerate(bad)]
            assert codes == ["EMPTY_FRAME", "NOT_A_JPEG", "BROKEN_JPEG", "BROKEN_JPEG"]
            result = (await user.frame(stream, 10, picture))["result"]
            assert [one["id"] for one in result["people"]] == before, "the same identities go on"
            assert result["counters"] == {"received": 10, "processed": 6, "dropped": 0, "rejected": 4}
            (web,) = children(process.pid)
            (worker,) = children(web)
            os.kill(worker, signal.SIGKILL)
            async with asyncio.timeout(90):  # a model is loaded; `faults/test_vision_process.py` measures it alone
                for seq in range(11, 1000):
                    answer = await user.frame(stream, seq, picture)
                    if "result" in answer:
                        break
            assert answer["result"]["epoch"] == 2
            assert answer["result"]["counters"]["processed"] == 7


@pytest.mark.few
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
async def test_a_killed_server_leaves_no_process_and_its_port_binds_again(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        port = url.rsplit(":", 1)[1]
        await until(lambda: children(process.pid) and children(children(process.pid)[0]), 90)
        (web,) = children(process.pid)
        (worker,) = children(web)
        process.kill()
        process.wait()
        await until(lambda: not alive(web) and not alive(worker), 5)
    with serving(tmp_path, "--port", port) as (_, again):
        assert again == url


def run_and_fail(**environment: str) -> str:
    """Start a server that cannot start; its one line."""
    done = subprocess.run(
        COMMAND, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "alembic" not in line]
    assert len(lines) == 1
    return lines[0]


def test_a_port_in_use_is_one_readable_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = run_and_fail(CROWDCOUNT_DATA_DIR=str(tmp_path), CROWDCOUNT_PORT=port)
    assert "PORT_UNAVAILABLE" in line
    assert port in line


def test_a_data_directory_that_cannot_be_written_is_one_readable_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    line = run_and_fail(CROWDCOUNT_DATA_DIR=str(tmp_path / "file" / "data"), CROWDCOUNT_PORT="0")
    assert "DATA_DIR_UNWRITABLE" in line


def test_a_wrong_setting_is_one_readable_line() -> None:
    assert "CROWDCOUNT_WORKERS" in run_and_fail(CROWDCOUNT_WORKERS="many")
