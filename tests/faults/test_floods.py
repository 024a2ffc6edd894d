"""Row 6: nobody who was not let in takes what belongs to a stream that behaves."""

import asyncio
from pathlib import Path

import pytest

from server.config import Settings
from tests.faults.figures import note
from tests.faults.polite import ahead_of_others, attack, health_s, note_ratio, polite
from tests.faults.processes import serving, steady
from tests.support.server import RunningServer

pytestmark = [pytest.mark.timeout(240), pytest.mark.alone]
MOST = 2.0
FRAME_S = 0.03
ATTACK_S = 27


@pytest.mark.parametrize("kind", ["pings", "bytes"])
async def test_frames_without_an_account_cost_a_polite_stream_nothing(tmp_path: Path, kind: str) -> None:
    with ahead_of_others(), serving(tmp_path / "data", command=steady(FRAME_S)) as running:
        async with polite(running.url) as one:
            before = running.log.stat().st_size
            with attack("flood", running.port, ATTACK_S, kind, "3") as flood:
                await asyncio.sleep(1)
                health = asyncio.create_task(health_s(running.url, 8))
                ratio = await one.ratio(MOST, flood)
                slowest = await health
                found = await asyncio.to_thread(flood.result)
            said = running.log.stat().st_size - before
    note_ratio(f"three connections that send {kind}", one, ratio, MOST, f", {said / 1000:.0f} KB of log")
    note(
        6,
        f"three connections that send {kind}, for {ATTACK_S} s",
        f"the longest lived {found['longest_s']:.2f} s",
        "≤ 1 s",
    )
    note(6, f"`/healthz` beside {kind}", f"{slowest:.2f} s", "≤ 0.5 s")
    assert ratio <= MOST
    assert found["longest_s"] <= 1
    assert said <= 100_000
    assert slowest <= 0.5
    assert one.lost == 0, one.codes


async def test_packets_by_polling_without_an_account_cost_a_polite_stream_nothing(tmp_path: Path) -> None:
    with ahead_of_others(), serving(tmp_path / "data", command=steady(FRAME_S)) as running:
        async with polite(running.url) as one:
            before = running.log.stat().st_size
            with attack("polling", running.port, ATTACK_S, "3") as flood:
                await asyncio.sleep(1)
                ratio = await one.ratio(MOST, flood)
                found = await asyncio.to_thread(flood.result)
            said = running.log.stat().st_size - before
    refused = f", {said / 1000:.0f} KB of log, answers {found['answers']}"
    note_ratio("three connections that post packets by polling", one, ratio, MOST, refused)
    assert ratio <= MOST
    assert "200" not in found["answers"], "a thousand packets are more than a stranger may send"
    assert said <= 100_000
    assert one.lost == 0, one.codes


@pytest.mark.parametrize("kind", ["pings", "acknowledgements", "unknown_events"])
async def test_frames_of_somebody_with_an_account_are_paced(tmp_path: Path, kind: str) -> None:
    """Whatever is in them: control frames and acknowledgements are no events, and cost all the same."""
    with ahead_of_others(), serving(tmp_path / "data", command=steady(FRAME_S)) as running:
        async with polite(running.url) as one, RunningServer(running.url, Settings()).client() as eve:
            await eve.register("eve")
            cookie = "; ".join(f"{one.key}={one.value}" for one in eve.http.cookie_jar)
            with attack("member", running.port, ATTACK_S, cookie, kind, "3") as flood:
                await asyncio.sleep(2)
                ratio = await one.ratio(MOST, flood)
    note_ratio(f"a user's three connections that send {kind}", one, ratio, MOST)
    assert ratio <= MOST
    assert one.lost == 0, one.codes


@pytest.mark.parametrize(
    ("hard", "source", "again"),
    [(1024, "127.0.0.2", "again"), (8192, "127.0.0.2", "again"), (1024, "127.0.0.1", "once")],
)
async def test_idle_connections_take_neither_descriptors_nor_the_log(
    tmp_path: Path, hard: int, source: str, again: str
) -> None:
    """With a soft limit of 1,024 descriptors, that can be raised or not; from elsewhere, and from where others are."""
    command = ["prlimit", f"--nofile=1024:{hard}", *steady(FRAME_S)]
    with ahead_of_others(), serving(tmp_path / "data", command=command) as running:
        async with polite(running.url) as one:
            before = running.log.stat().st_size
            with attack("idle", running.port, ATTACK_S, "1100", source, again) as idle:
                await asyncio.sleep(2)
                health = asyncio.create_task(health_s(running.url, 15))
                ratio = await one.ratio(MOST, idle)
                slowest = await health
                found = await asyncio.to_thread(idle.result)
            said = running.log.stat().st_size - before
    what = f"1,100 idle connections, {again}, at 1,024 to {hard} descriptors"
    note_ratio(what, one, ratio, MOST)
    measured = f"{slowest:.2f} s, {said / 1000:.0f} KB of log, {found['opened']} opened"
    note(
        6,
        f"`/healthz` beside 1,100 idle connections, {again}, at 1,024 to {hard} descriptors",
        measured,
        "≤ 0.5 s, ≤ 100 KB",
    )
    assert slowest <= 0.5
    assert said <= 100_000
    assert ratio <= MOST
    assert one.lost == 0, one.codes
