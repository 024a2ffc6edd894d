"""Who gets how much of a full machine: owners first, then their own cameras before guests', then each stream."""

import asyncio
import json
import sys
from collections import Counter

import pytest

from server.engine import shares
from server.engine.base import StreamSettings
from server.engine.local import LocalEngine
from server.engine.shares import Share, Shares
from tests.support.wait import until

FRAME_S = 0.002


async def compete(streams: dict[str, tuple[Share, int, float]], turns: int) -> Counter[str]:
    """Let streams ask all the time, each in its process, for turns that cost so many ms; count who had them."""
    book, had = Shares(), Counter[str]()

    async def send(name: str, share: Share, worker: int, cost_ms: float) -> None:
        while had.total() < turns:
            async with book.turn(name, share, worker) as turn:
                had[name] += 1
                await asyncio.sleep(FRAME_S)
                turn.spent_ms = cost_ms

    async with asyncio.timeout(60):
        await asyncio.gather(*(send(name, *what) for name, what in streams.items()))
    for name in streams:
        book.forget(name)
    assert not book._asking
    assert not book._active
    assert sum(len(level.had) for level in book._levels.values()) == 0, "nothing is left of streams that are gone"
    return had


@pytest.mark.parametrize("workers", [1, 2])
async def test_an_owner_with_many_streams_gets_no_more_than_one_with_few(workers: int) -> None:
    many = {f"many {number}": (Share(owner="eve"), number % workers, 10.0) for number in range(16)}
    had = await compete({"one": (Share(owner="ada"), 0, 10.0), **many}, 200)
    # With one stream it is in one process at a time, which goes on with others until the next frame is there.
    assert had["one"] >= (0.4 if workers == 1 else 0.3) * 200
    assert max(had[name] for name in many) - min(had[name] for name in many) <= 2, "and they share equally"


async def test_own_cameras_go_before_those_of_guests_and_guests_are_not_kept_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "AT_ONCE", 1)
    guests = {f"guest {number}": (Share("", "ada", True), 0, 10.0) for number in range(8)}
    had = await compete({"own": (Share("", "ada"), 0, 10.0), **guests}, 200)
    assert 0.6 * 200 <= had["own"] <= 0.8 * 200
    assert sum(had[name] for name in guests) >= 0.2 * 200


async def test_accounts_that_were_made_at_one_place_count_as_one_owner() -> None:
    made = {f"made {number}": (Share("new accounts", f"usr {number}"), 0, 10.0) for number in range(10)}
    had = await compete({"old": (Share("", "ada"), 0, 10.0), **made}, 200)
    assert had["old"] >= 0.4 * 200
    assert max(had[name] for name in made) - min(had[name] for name in made) <= 2


async def test_who_is_dear_gets_fewer_frames() -> None:
    had = await compete({"dear": (Share(owner="ada"), 0, 40.0), "cheap": (Share(owner="eve"), 0, 10.0)}, 200)
    assert 3 <= had["cheap"] / had["dear"] <= 5


async def test_who_comes_late_gets_a_share_and_not_more() -> None:
    book, order = Shares(), []

    async def work(name: str, times: int) -> None:
        for _ in range(times):
            async with book.turn(name, Share(owner=name)) as turn:
                await asyncio.sleep(0.001)
                turn.spent_ms = 10.0
                order.append(name)

    await work("early", 50)
    await asyncio.gather(work("early", 20), work("late", 20))
    both = order[50:70]
    assert 8 <= both.count("early") <= 12, both


async def test_nobody_waits_for_a_frame_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "STUCK_S", 0.1)
    book = Shares()

    async def hang() -> None:
        async with book.turn("hangs", Share(owner="eve")):
            await asyncio.sleep(3600)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)

    async def go_on() -> None:
        for _ in range(20):
            async with book.turn("fine", Share(owner="ada")):
                await asyncio.sleep(0)

    await asyncio.wait_for(go_on(), 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_process_has_few_frames_at_a_time_whatever_waits(workers: int) -> None:
    book, under, most = Shares(), Counter[int](), Counter[int]()

    async def send(number: int) -> None:
        worker = number % workers
        for _ in range(10):
            async with book.turn(f"stream {number}", Share(owner=f"usr {number}"), worker) as turn:
                under[worker] += 1
                most[worker] = max(most[worker], under[worker])
                await asyncio.sleep(FRAME_S)
                turn.spent_ms = 10.0
                under[worker] -= 1

    async with asyncio.timeout(60):
        await asyncio.gather(*(send(number) for number in range(16)))
    assert set(most.values()) == {shares.AT_ONCE}


async def test_who_stops_waiting_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "AT_ONCE", 1)
    book, entered = Shares(), asyncio.Event()

    async def hold() -> None:
        async with book.turn("holds", Share(owner="eve")):
            entered.set()
            await asyncio.sleep(0.05)

    async def wait() -> None:
        async with book.turn("waits", Share(owner="ada")):
            raise AssertionError

    holding = asyncio.create_task(hold())
    await entered.wait()
    waiting = asyncio.create_task(wait())
    await until(lambda: len(book._asking) == 2)
    waiting.cancel()
    await asyncio.gather(holding, waiting, return_exceptions=True)
    assert not book._asking
    async with asyncio.timeout(5), book.turn("next", Share(owner="ada")):
        pass


async def test_a_process_has_one_frame_at_a_time() -> None:
    """Otherwise whoever comes next waits for a queue, however fair it is."""
    options = json.dumps({"frame_s": 0.02})
    engine = LocalEngine([sys.executable, "-m", "tests.engine.fake_worker", options], 1, 30)
    await engine.start()
    try:
        for number in range(16):
            engine.open(f"many {number}", StreamSettings("any", share=Share(owner="eve")))
        engine.open("one", StreamSettings("any", share=Share(owner="ada")))
        await engine.process("one", b"x", 0.0)
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        async def send(name: str) -> None:
            t = 0.0
            while not done.is_set():
                await engine.process(name, b"x", t := t + 1)

        crowd = [asyncio.create_task(send(f"many {number}")) for number in range(16)]
        await asyncio.sleep(0.5)
        took = []
        for number in range(1, 21):
            began = loop.time()
            await engine.process("one", b"x", float(number))
            took.append(loop.time() - began)
            await asyncio.sleep(0.05)
        done.set()
        await asyncio.gather(*crowd)
    finally:
        await engine.stop()
    assert sorted(took)[len(took) // 2] < 4 * 0.02, "not sixteen frames"
