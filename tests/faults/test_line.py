"""Row 18: a program behind a line that is slow, chopped, cut, or swallows everything."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
from socketio.exceptions import SocketIOError

from server.config import Settings
from server.live.connections import transport
from server.process import slow_clients as patience
from tests.faults.figures import note
from tests.faults.proxy import Line, Proxy
from tests.faults.raw_socket import RawSocket
from tests.support.engine import ScriptedEngine, person
from tests.support.patient import PatientSocket
from tests.support.server import Client, RunningServer, run_server
from tests.support.wait import until

pytestmark = [pytest.mark.timeout(120), pytest.mark.few]  # within how many seconds is what is promised


@pytest.fixture
async def far(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[tuple[Proxy, Client, str]]:
    """A user behind a line, and their camera."""
    lasting = settings.model_copy(update={"resume_s": 60.0})
    async with run_server(lasting, engine) as server:
        async with Proxy(int(server.url.rsplit(":", 1)[1])) as proxy:
            near = RunningServer(f"http://127.0.0.1:{proxy.port}", lasting)
            async with near.user() as user:
                yield proxy, user, await user.camera()


WATCHFUL = {
    "version": 0,
    "plan": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "all",
                "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
                "properties": {
                    "name": "All",
                    "limits": {"people": {"warning": 1, "hold_s": 0, "clear_s": 0, "cooldown_s": 0}},
                },
            }
        ],
    },
}


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
            user.socket = PatientSocket(reconnection=False, http_session=user.http)
            await asyncio.sleep(0.2)


async def test_a_slow_and_chopped_line_changes_no_figure(far: tuple[Proxy, Client, str]) -> None:
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    proxy.line = Line(latency_s=0.15, jitter_s=0.2, slice_bytes=700)
    answers = [await user.frame(stream, seq, b"x" * 20_000) for seq in range(1, 6)]
    assert [answer["result"]["counters"]["processed"] for answer in answers] == [1, 2, 3, 4, 5]
    assert {answer["result"]["unique"] for answer in answers} == {1}


async def test_on_a_narrow_line_nothing_piles_up(far: tuple[Proxy, Client, str]) -> None:
    """Ten frames a second on a line that carries three: the sender is told, and no result gets older for it."""
    proxy, user, camera = far
    stream = (await user.open(camera))["stream"]
    await user.frame(stream, 1, b"x" * 20_000)
    proxy.line = Line(bytes_per_s=60_000)
    ages = []
    for seq in range(2, 17):
        began = time.monotonic()
        answer = await user.frame(
            stream, seq, b"x" * 20_000
        )  # the next one waits for this: what a client is told to do
        ages.append(time.monotonic() - began)
        assert answer["status"] == "processed"
    counters = answer["result"]["counters"]
    assert counters["received"] == 16 == counters["processed"]
    early, late = max(ages[:5]), max(ages[-5:])
    note(18, "oldest results on a narrow line, first and last of 15", f"{early:.2f} s, {late:.2f} s", "no older")
    assert late < early + 0.25


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
    await until(lambda: any(t == 200.0 for _, _, t in engine.seen))
    proxy.reset()
    lost.cancel()
    proxy.line = Line()
    await asyncio.gather(lost, return_exceptions=True)
    took, _ = await back(user, camera, stream, 3)
    again = await user.frame(stream, 2)
    assert again["error"]["code"] == "SEQ_OUT_OF_ORDER"
    assert [t for _, _, t in engine.seen].count(200.0) == 1
    assert took < 5


async def test_a_bad_line_doubles_no_alert(
    far: tuple[Proxy, Client, str], engine: ScriptedEngine, settings: Settings
) -> None:
    """One goes on through a reset and a black hole, with frames that are sent again."""
    proxy, user, camera = far
    hook = {"kind": "webhook", "name": "Desk", "target": "https://hooks.example.org/x", "steps": ["warning", "cleared"]}
    await user.post("/api/channels", hook, 201)
    async with user.http.put(f"/api/cameras/{camera}/plan", json=WATCHFUL) as response:
        assert response.status == 200, await response.text()
    stream = (await user.open(camera))["stream"]
    seq = 0
    for break_line in (None, proxy.reset, proxy.swallow):
        for _ in range(5):
            seq += 1
            await user.frame(stream, seq)
        if break_line is not None:
            break_line()
            await asyncio.sleep(1)
            proxy.heal(forget=True)
            _, result = await back(user, camera, stream, seq + 1)
            assert result["counters"]["processed"] == seq + 1  # type: ignore[index]
            seq += 1
    engine.script.extend([()] * 40)
    for _ in range(40):
        seq += 1
        await user.frame(stream, seq)
    await user.call("stream_close", {"stream": stream})
    found = (await user.get(f"/api/cameras/{camera}/alerts"))["alerts"]
    assert len(found) == 1
    assert found[0]["ended_at"] is not None
    with closing(sqlite3.connect(settings.database_path)) as connection:
        told = [step for (step,) in connection.execute("SELECT step FROM outbox ORDER BY number")]
    assert told == ["warning", "cleared"]
    note(18, "an alert through a reset and a black hole", "1 stored, each step told once", "not doubled")


async def test_who_sends_and_never_reads_is_dropped(
    server: RunningServer, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_UNREAD", 20)
    monkeypatch.setattr(patience, "STALLED_S", 1.0)
    crowd = tuple(person(number) for number in range(1, 600))  # makes an answer of some 40 kB
    async with server.user() as user:
        camera = await user.camera()
        cookie = "; ".join(f"{one.key}={one.value}" for one in user.http.cookie_jar)
        port = int(server.url.rsplit(":", 1)[1])
        socket = await RawSocket.open(port, receive_bytes=4096, Cookie=cookie, Origin=server.url)
        await socket.connect()
        opened = await socket.call("stream_open", {"camera": camera, "source": "file", "mode": "live"})
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 1000:
                sent += 1
                engine.script.append(crowd)
                head = {"stream": opened["stream"], "seq": sent, "t": sent * 100.0}
                frame = {**head, "jpeg": {"_placeholder": True, "num": 0}}
                await socket.send(f"451-{sent}{json.dumps(['frame', frame])}")
                await socket.send(b"jpeg")
                await asyncio.sleep(0.01)
        await socket.close()
        note(5, "a client that sends and reads nothing", f"dropped after {sent} frames", "dropped, bounded")
        assert sent < 1000
        assert user.socket.connected


def test_the_promise_is_kept_by_the_constants() -> None:
    """Cut in fifteen seconds at the latest; the test above only shortens the waiting."""
    assert patience.STALLED_S + transport.HANG_UP_S < 15
