"""Row 18: a program behind a line that is slow, chopped, cut, or swallows everything."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
import socketio
from socketio.exceptions import SocketIOError

from server.config import Settings
from tests.faults.figures import note
from tests.faults.proxy import Line, Proxy
from tests.support.engine import ScriptedEngine
from tests.support.server import Client, RunningServer, run_server

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def far(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[tuple[Proxy, Client, str]]:
    """A user behind a line, and their camera."""
    lasting = settings.model_copy(update={"resume_s": 60.0})
    async with run_server(lasting, engine) as server:
        async with Proxy(int(server.url.rsplit(":", 1)[1])) as proxy:
            near = RunningServer(f"http://127.0.0.1:{proxy.port}", lasting)
            async with near.user() as user:
                yield proxy, user, await user.camera()


async def back(user: Client, camera: str, stream: str, seq: int) -> tuple[float, dict[str, object]]:
    """Connect again until the stream goes on; seconds that took, and the first result."""
    began = time.monotonic()
    while True:
        try:
            async with asyncio.timeout(3):
                await user.connect()
                opened = await user.open(camera, resume=stream)
                answer = await user.frame(stream, max(seq, opened["next_seq"]))
                return time.monotonic() - began, answer["result"]
        except (SocketIOError, TimeoutError, OSError):
            with contextlib.suppress(SocketIOError):
                await user.socket.disconnect()
            user.socket = socketio.AsyncClient(reconnection=False, http_session=user.http)
            await asyncio.sleep(0.2)


async def test_a_slow_and_chopped_line_changes_no_figure(far: tuple[Proxy, Client, str]) -> None:
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    proxy.line = Line(latency_s=0.15, jitter_s=0.2, slice_bytes=700)
    answers = [await user.frame(stream, seq, b"x" * 20_000) for seq in range(1, 6)]
    assert [answer["result"]["counters"]["processed"] for answer in answers] == [1, 2, 3, 4, 5]
    assert {answer["result"]["unique"] for answer in answers} == {1}


async def test_a_reset_is_over_in_seconds(far: tuple[Proxy, Client, str]) -> None:
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    await user.frame(stream, 1)
    proxy.reset()
    took, result = await back(user, camera, stream, 2)
    note(18, "a reset connection streams again", f"{took:.1f} s", "≤ 5 s")
    assert took < 5
    assert (result["unique"], result["epoch"]) == (1, 1)


async def test_a_black_hole_does_not_keep_the_stream_from_coming_back(far: tuple[Proxy, Client, str]) -> None:
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    await user.frame(stream, 1)
    proxy.swallow()
    lost = asyncio.create_task(user.frame(stream, 2))
    await asyncio.sleep(4)
    proxy.heal(forget=True)
    lost.cancel()
    took, result = await back(user, camera, stream, 3)
    note(18, "after a black hole of 4 s streams again", f"{took:.1f} s", "≤ 5 s")
    assert took < 5
    counters = result["counters"]
    assert isinstance(counters, dict)
    assert counters["received"] == counters["processed"] + counters["dropped"] + counters["rejected"]
    assert result["unique"] == 1


async def test_a_frame_sent_twice_is_counted_once(far: tuple[Proxy, Client, str], engine: ScriptedEngine) -> None:
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    await user.frame(stream, 1)
    proxy.line = Line(latency_s=0.5)
    lost = asyncio.create_task(user.frame(stream, 2))  # it arrives, its answer does not
    await asyncio.sleep(0.7)
    proxy.reset()
    lost.cancel()
    proxy.line = Line()
    await asyncio.gather(lost, return_exceptions=True)
    took, _ = await back(user, camera, stream, 3)
    again = await user.frame(stream, 2)
    assert again["error"]["code"] == "SEQ_OUT_OF_ORDER"
    assert [t for _, _, t in engine.seen].count(200.0) == 1
    assert took < 5
