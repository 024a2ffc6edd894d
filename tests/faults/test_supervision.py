"""Rows 13 and 14: the web process dies, hangs, loses its parent, or is told to stop."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from server.config import Settings
from server.process import supervisor as supervise
from tests.faults.figures import note
from tests.faults.processes import Serving, alive, children, descendants, serving, wait_for
from tests.media import encode_jpeg
from tests.support.server import RunningServer

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc"),
    pytest.mark.timeout(240),
]


@contextlib.contextmanager
def fake(word: str) -> Iterator[subprocess.Popen[str]]:
    """A parent whose web processes behave as the word says."""
    command = [sys.executable, "-m", "tests.faults.fake_web", word]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def starts(process: subprocess.Popen[str], count: int) -> list[list[str]]:
    """What the next web processes say when they start: number of restarts, process id, end of the one before."""
    assert process.stdout
    return [process.stdout.readline().strip().split(" ", 2) for _ in range(count)]


def test_a_web_process_that_stops_giving_signs_of_life_is_replaced() -> None:
    with fake("freeze") as parent:
        first, second = starts(parent, 2)
        assert (second[0], second[2]) == ("1", "no sign of life")
        assert not alive(int(first[1]))
        assert alive(int(second[1]))


def test_one_that_never_gives_any_is_replaced_too() -> None:
    with fake("mute") as parent:
        first, second = starts(parent, 2)
        assert int(second[0]) > int(first[0])


def test_a_crash_loop_slows_down_and_counts() -> None:
    with fake("crash") as parent:
        said = starts(parent, 4)
        assert [one[0] for one in said] == ["0", "1", "2", "3"]
        assert said[-1][2] == "exit status 7"
        assert parent.stderr
        pauses = [parent.stderr.readline().strip().rpartition(" in ")[2] for _ in range(3)]
    assert pauses == [f"{seconds} s" for seconds in supervise.BACKOFF_S[:3]]


def test_when_nothing_can_be_started_for_a_moment_it_is_tried_again() -> None:
    """No memory or no process ids: of three starts in a row the second fails."""
    with fake("scarce") as parent:
        said = starts(parent, 2)
        assert [one[0] for one in said] == ["0", "2"]
        assert said[1][2] == f"cannot be started: {os.strerror(errno.EAGAIN)}"


def test_what_cannot_start_is_not_tried_again() -> None:
    with fake("refuse") as parent:
        assert len(starts(parent, 1)) == 1
        assert parent.wait(30) == 2


def test_a_signal_ends_both_and_a_second_one_is_impatience() -> None:
    with fake("live") as parent:
        ((_, pid, _),) = starts(parent, 1)
        parent.terminate()
        assert parent.wait(30) == 0
        assert not alive(int(pid))


def connected(port: int) -> bool:
    """Whether a connection is taken, served or not."""
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


@pytest.mark.few
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_web_process_that_is_ended_is_back_in_time_and_nobody_is_refused(
    real_server: Serving, number: signal.Signals
) -> None:
    before = real_server.web
    tree = descendants(before)
    os.kill(before, number)
    began = time.monotonic()
    assert connected(real_server.port), "who connects meanwhile waits"
    wait_for(real_server.answers, 20)
    back = time.monotonic() - began
    wait_for(lambda: not any(alive(pid) for pid in tree), 5)
    wait_for(lambda: real_server.answers("/readyz"), 90)
    counts = time.monotonic() - began
    note(13, f"frames can be counted again after {number.name} of the web process", f"{counts:.1f} s", "≤ 10 s")
    assert counts < 10
    note(13, f"the web process after {number.name} answers again", f"{back:.1f} s", "≤ 5 s")
    assert back < 5
    assert real_server.web != before


async def test_restarts_of_the_web_process_are_told(real_server: Serving) -> None:
    os.kill(real_server.web, signal.SIGKILL)
    await asyncio.to_thread(wait_for, lambda: real_server.answers("/readyz"), 90)
    async with RunningServer(real_server.url, Settings()).client() as client:
        async with client.http.get("/readyz") as response:
            web = (await response.json())["web"]
    assert web["restarts"] >= 1
    assert web["reason"] == "killed by signal 9"


def binds(port: int) -> bool:
    """Whether the port can be listened on."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


@pytest.mark.few
def test_nothing_outlives_a_killed_parent_not_even_what_was_stopped(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        tree = descendants(running.parent.pid)
        assert len(tree) == 2
        for pid in tree:
            os.kill(pid, signal.SIGSTOP)
        running.parent.kill()
        running.parent.wait()
        began = time.monotonic()
        wait_for(lambda: not any(alive(pid) for pid in tree), 30)
        wait_for(lambda: binds(running.port), 30)  # threads of a process may outlive what is shown as its end
        took = time.monotonic() - began
        note(13, "processes left after the parent was killed", f"none after {took:.1f} s", "5 s")
        assert took < 5
        assert children(running.parent.pid) == []


@pytest.mark.few
async def test_a_stop_with_sockets_and_a_stalled_upload_is_clean(tmp_path: Path) -> None:
    """And with vision that hangs: what it holds is not waited for, what was answered is stored."""
    with serving(tmp_path / "data") as running:
        async with contextlib.AsyncExitStack() as stack:
            there = RunningServer(running.url, Settings())
            users = [await stack.enter_async_context(there.client()) for _ in range(20)]
            await users[0].register()
            camera = await users[0].camera()
            for user in users:
                if user is not users[0]:
                    await user.sign_in()
                await user.connect()
            stream = (await users[0].open(camera))["stream"]
            picture = encode_jpeg(np.zeros((48, 64, 3), np.uint8))
            assert (await users[0].frame(stream, 1, picture))["status"] == "processed"
            _, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            os.kill(running.worker, signal.SIGSTOP)
            held = asyncio.create_task(users[0].frame(stream, 2, picture))
            await asyncio.sleep(0.5)
            tree = descendants(running.parent.pid)
            took = await asyncio.to_thread(running.stop)
            for user in users:
                assert (await user.wait_for("going_away"))["retry_ms"] > 0
            held.cancel()
            await asyncio.gather(held, return_exceptions=True)
            writer.close()
        note(14, "SIGTERM with 20 sockets, a stalled upload and vision that hangs", f"{took:.1f} s", "≤ 10 s")
        assert took < 10
        assert running.parent.returncode == 0
        assert not any(alive(pid) for pid in tree)
    with serving(tmp_path / "data") as again:
        async with RunningServer(again.url, Settings()).client() as user:
            await user.sign_in()
            async with user.http.get(f"/api/cameras/{camera}") as response:
                last = (await response.json())["camera"]["last"]
        assert last["processed"] == 1, "what was answered is stored"
