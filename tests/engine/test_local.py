"""Vision processes that die, hang and come back, with a process that does so on demand."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from server.core.errors import EngineError, FrameError, StoppedError
from server.engine import fair_scheduler as shares
from server.engine import supervisor
from server.engine.base import StreamSettings, WorkerState
from server.engine.fair_scheduler import OWN_SHARE
from server.engine.local import LocalEngine
from tests.support.wait import until

SETTINGS = StreamSettings(model="any")
Start = Callable[..., "asyncio.Future[LocalEngine]"]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts engines of fake processes."""
    async with AsyncExitStack() as stack:

        async def begin(workers: int = 1, timeout_s: float = 30, **options: object) -> LocalEngine:
            command = [sys.executable, "-m", "tests.engine.fake_worker", json.dumps(options)]
            engine = LocalEngine(command, workers, timeout_s)
            await engine.start()
            stack.push_async_callback(engine.stop)
            return engine

        yield begin  # type: ignore[misc]


def pids(engine: LocalEngine) -> list[int]:
    return [status.describe["pid"] for status in engine.status()]


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_streams_have_their_own_state(start: Start) -> None:
    engine = await start()
    for stream in ("a", "b"):
        engine.open(stream, SETTINGS)
    for expected in (1, 2, 3):
        for stream in ("a", "b"):
            tracks = await engine.process(stream, b"x", expected * 10.0)
            assert (tracks.epoch, tracks.people[0].id, tracks.t) == (1, expected, expected * 10.0)


async def all_ready(engine: LocalEngine) -> None:
    """Wait for processes that start: an engine waits for them no longer than for a frame."""
    await until(lambda: all(status.state is WorkerState.READY for status in engine.status()), 30)


@pytest.mark.parametrize(("fault", "timeout_s"), [(b"die", 30.0), (b"hang", 1.0)])
async def test_a_process_that_dies_or_hangs_is_replaced(
    start: Start, fault: bytes, timeout_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await start(workers=2, timeout_s=timeout_s)
    await all_ready(engine)
    for stream in ("bad", "good"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    before = pids(engine)
    with pytest.raises(EngineError) as error:
        await engine.process("bad", fault, 1)
    assert error.value.code == "ENGINE_RESTARTED"
    assert (await engine.process("good", b"x", 1)).people[0].id == 2, "the other process was not touched"
    await all_ready(engine)
    tracks = await engine.process("bad", b"x", 2)
    assert (tracks.epoch, tracks.people[0].id) == (2, 1), "identities start again, and say so"
    assert [status.restarts for status in engine.status()] == [1, 0]
    told = [record for record in caplog.records if record.name == "crowdcount.engine"]
    assert {getattr(record, "worker", None) for record in told} == {1}, "the log tells which"
    assert not alive(before[0])


@pytest.mark.parametrize(("fault", "timeout_s"), [(b"die", 30.0), (b"hang", 1.0), (b"late", 30.0)])
async def test_the_frame_that_stopped_a_process_is_blamed_and_no_other(
    start: Start, fault: bytes, timeout_s: float
) -> None:
    engine = await start(timeout_s=timeout_s)
    await all_ready(engine)
    for stream in ("bad", "good"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    bad, good = await asyncio.gather(
        engine.process("bad", fault, 1), engine.process("good", b"x", 1), return_exceptions=True
    )
    assert (type(bad), type(good)) == (StoppedError, EngineError)
    assert {bad.code, good.code} == {"ENGINE_RESTARTED"}  # type: ignore[union-attr]


async def test_no_frame_is_blamed_for_a_process_that_was_killed(start: Start) -> None:
    engine = await start()
    await all_ready(engine)
    engine.open("a", SETTINGS)
    waiting = asyncio.create_task(engine.process("a", b"slow", 0))
    await asyncio.sleep(0.1)
    os.kill(pids(engine)[0], signal.SIGKILL)
    with pytest.raises(EngineError) as error:
        await waiting
    assert type(error.value) is EngineError


async def test_while_a_process_hangs_the_streams_of_others_go_on(start: Start) -> None:
    engine = await start(workers=2, timeout_s=4)
    await all_ready(engine)
    for stream in ("bad", "good"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    hanging = asyncio.create_task(engine.process("bad", b"hang", 1))
    clock, slowest, frames = asyncio.get_running_loop().time, 0.0, 0
    while not hanging.done():
        began, frames = clock(), frames + 1
        assert (await engine.process("good", b"work", frames)).epoch == 1
        slowest = max(slowest, clock() - began)
        await asyncio.sleep(0.02)
    assert isinstance(hanging.exception(), EngineError)
    assert slowest < shares.HUNG_S + 0.5, "once they may wait to see whether it is only slow"
    assert frames > 20


@pytest.mark.parametrize("frame", [b"babble", b"array", b"nameless", b"foreign"])
async def test_a_process_that_answers_nonsense_is_replaced(start: Start, frame: bytes) -> None:
    engine = await start()
    engine.open("a", SETTINGS)
    await engine.process("a", b"x", 0)
    with pytest.raises(EngineError) as error:
        await engine.process("a", frame, 1)
    assert error.value.code == "ENGINE_RESTARTED"
    assert engine.status()[0].state is not WorkerState.READY
    await all_ready(engine)
    assert (await engine.process("a", b"x", 2)).epoch == 2


async def test_a_process_with_much_to_do_is_left_alone(start: Start) -> None:
    """Eight questions of 0.4 s each: the last one waits longer than one may take, while others are answered."""
    engine = await start(timeout_s=1.5)
    await all_ready(engine)
    streams = [f"s{number}" for number in range(8)]
    for stream in streams:
        engine.open(stream, SETTINGS)
    found = await asyncio.gather(*(engine.process(stream, b"slow", 0) for stream in streams))
    assert [tracks.epoch for tracks in found] == [1] * 8
    assert engine.status()[0].restarts == 0


async def test_a_process_that_says_that_it_compiles_is_left_alone(start: Start) -> None:
    engine = await start(timeout_s=1.5)
    await all_ready(engine)
    engine.open("a", SETTINGS)
    assert (await engine.process("a", b"compile", 0)).epoch == 1
    assert engine.status()[0].restarts == 0


async def test_a_process_that_is_replaced_while_a_frame_waits_for_its_turn(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other of two streams holds the turn; when it is the first one's, another process is there."""
    monkeypatch.setattr(shares, "HUNG_S", 60.0)
    monkeypatch.setattr(shares, "MAX_IN_FLIGHT", 1)
    engine = await start()
    for stream in ("a", "b"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    for t in range(1, 20):
        await engine.process("a", b"x", t)
    async with engine._scheduler.turn("b", OWN_SHARE, engine._streams["b"].supervisor):
        waiting = asyncio.create_task(engine.process("a", b"x", 20))
        await asyncio.sleep(0.1)
        os.kill(pids(engine)[0], signal.SIGKILL)
        await until(lambda: engine.status()[0].restarts > 0)
        await all_ready(engine)
    tracks = await waiting
    assert (tracks.epoch, tracks.people[0].id) == (2, 1)


async def test_an_idle_process_that_was_stopped_is_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "HEARTBEAT_S", 0.1)
    engine = await start(timeout_s=1)
    await all_ready(engine)
    (before,) = pids(engine)
    os.kill(before, signal.SIGSTOP)
    await until(lambda: engine.status()[0].restarts > 0, 30)
    assert not alive(before)


async def test_every_stream_of_a_dead_process_starts_again(start: Start) -> None:
    engine = await start()
    for stream in ("a", "b"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    os.kill(pids(engine)[0], signal.SIGKILL)
    await until(lambda: engine.status()[0].restarts > 0, 30)
    assert [(await engine.process(stream, b"x", 1)).epoch for stream in ("a", "b")] == [2, 2]


async def test_a_lost_tracker_begins_an_epoch(start: Start) -> None:
    engine = await start()
    engine.open("a", SETTINGS)
    await engine.process("a", b"x", 0)
    with pytest.raises(EngineError):
        await engine.process("a", b"lose", 1)
    tracks = await engine.process("a", b"x", 2)
    assert (tracks.epoch, tracks.people[0].id) == (2, 1)
    assert engine.status()[0].restarts == 0


async def test_a_refused_frame_changes_nothing(start: Start) -> None:
    engine = await start()
    engine.open("a", SETTINGS)
    with pytest.raises(FrameError):
        await engine.process("a", b"refuse", 0)
    assert (await engine.process("a", b"x", 1)).epoch == 1


async def test_a_crash_loop_is_visible_and_ends_by_itself(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    countdown = tmp_path / "failures"
    countdown.write_text("2")
    engine = await start(failures=str(countdown), say="the model is missing")
    engine.open("a", SETTINGS)
    await until(lambda: engine.status()[0].failures == 2, 30)
    assert engine.status()[0].reason == "the model is missing"
    assert engine.status()[0].restarts > 0, "those that never became ready count as well"
    await until(lambda: engine.status()[0].state is WorkerState.READY, 30)
    assert engine.status()[0].reason is None
    assert (engine.status()[0].restarts, engine.status()[0].failures) == (2, 2)
    assert (await engine.process("a", b"x", 0)).epoch == 1
    monkeypatch.setattr(supervisor, "STABLE_S", 0.0)
    assert engine.status()[0].failures == 0, "it has lived for a while"


async def test_one_that_hangs_while_it_starts_is_replaced(start: Start) -> None:
    engine = await start(timeout_s=1.0, stuck=True)
    await until(lambda: engine.status()[0].restarts >= 2, 30)
    assert engine.status()[0].state is not WorkerState.READY


async def test_nothing_to_start_is_told_at_once(start: Start) -> None:
    engine = LocalEngine(["/nonexistent/python"], 1, 5)
    await engine.start()
    engine.open("a", SETTINGS)
    try:
        await until(lambda: engine.status()[0].reason is not None, 30)
        with pytest.raises(EngineError) as error:
            await asyncio.wait_for(engine.process("a", b"x", 0), 30)
        assert error.value.code == "ENGINE_UNAVAILABLE"
    finally:
        await engine.stop()


async def test_stopping_leaves_no_process(start: Start) -> None:
    engine = await start(workers=2)
    engine.open("a", SETTINGS)
    await engine.process("a", b"x", 0)
    await all_ready(engine)
    running = pids(engine)
    await engine.stop()
    assert not any(alive(pid) for pid in running)


async def test_streams_are_spread_over_the_processes(start: Start) -> None:
    engine = await start(workers=2)
    for stream in "abcd":
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    os.kill(pids(engine)[0], signal.SIGKILL)
    await until(lambda: engine.status()[0].restarts > 0, 30)
    epochs = [(await engine.process(stream, b"x", 1)).epoch for stream in "abcd"]
    assert sorted(epochs) == [1, 1, 2, 2]


async def test_new_streams_do_not_go_to_one_that_ends_again_and_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await start(workers=2)
    await all_ready(engine)
    bad, good = engine._supervisors
    monkeypatch.setattr(bad, "status", lambda: replace(good.status(), state=WorkerState.FAILED))
    for stream in ("a", "b"):
        engine.open(stream, SETTINGS)
        await engine.process(stream, b"x", 0)
    assert {stream.supervisor for stream in engine._streams.values()} == {good}
