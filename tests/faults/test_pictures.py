"""Rows 2, 3 and 4: frames that carry too much, are none, or come too fast; against real vision."""

import asyncio
import contextlib
import json
import re
import statistics
import time
import urllib.request

import numpy as np
import pytest

from server.config import Settings
from tests.faults.figures import note
from tests.faults.jpegs import mutants
from tests.faults.processes import Serving, memory_mb
from tests.faults.raw_socket import RawSocket
from tests.media import encode_jpeg, find_asset
from tests.support.server import Client, RunningServer

pytestmark = pytest.mark.timeout(120)
STAGES = ("decode_ms", "detect_ms", "embed_ms", "track_ms")
REFUSALS = {"EMPTY_FRAME", "NOT_A_JPEG", "BROKEN_JPEG", "TOO_MANY_PIXELS", "TOO_MANY_SCANS", "FRAME_TOO_LARGE"}


@pytest.fixture
async def user(real_server: Serving) -> "asyncio.AsyncIterator[Client]":  # type: ignore[name-defined]
    """A new user with a socket."""
    async with RunningServer(real_server.url, Settings()).user(f"ada{time.monotonic_ns()}") as client:
        yield client


async def raw(real_server: Serving, user: Client) -> RawSocket:
    """The same user's connection, byte by byte; accepted."""
    cookie = "; ".join(f"{one.key}={one.value}" for one in user.http.cookie_jar)
    socket = await RawSocket.open(real_server.port, Cookie=cookie, Origin=real_server.url)
    assert (await socket.connect())["type"] == "40"
    return socket


@pytest.mark.parametrize("attachments", [2, 100, 999_999])
async def test_attachments_without_end_are_dropped(real_server: Serving, user: Client, attachments: int) -> None:
    socket = await raw(real_server, user)
    before = memory_mb(real_server.web)
    await socket.send(f'45{attachments}-1["frame",{{"_placeholder":true,"num":0}}]')
    with contextlib.suppress(ConnectionError):  # dropped while it still sends
        for _ in range(100):
            await socket.send(b"\x04" + b"x" * 100_000)
    assert await socket.is_closed(10)
    grown = memory_mb(real_server.web) - before
    note(2, f"{attachments} attachments declared", f"dropped, {grown:+.1f} MB", "dropped, < 10 MB")
    assert grown < 10
    assert (await user.call("nonsense", {}))["error"]["code"] == "BAD_REQUEST", "others are still served"


@pytest.mark.parametrize("lie", [2_000_000, 2**40, 2**62])
async def test_a_length_that_is_too_much_closes_at_once(real_server: Serving, user: Client, lie: int) -> None:
    socket = await raw(real_server, user)
    before, began = memory_mb(real_server.web), time.monotonic()
    await socket.send(b"\x04" + b"x" * 1000, claims=lie)
    assert await socket.is_closed(5)
    note(2, f"a message that says it has {lie:,} bytes", f"closed after {time.monotonic() - began:.2f} s", "at once")
    assert memory_mb(real_server.web) - before < 10


@pytest.mark.parametrize(
    "packet",
    ["4", "49", "42", "42{", '42["frame"', "42[]", "42[1]", "4299999999999999999999[]", "451-", '451-["frame"]'],
)
async def test_packets_that_are_none_harm_nobody(real_server: Serving, user: Client, packet: str) -> None:
    socket = await raw(real_server, user)
    await socket.send(packet)
    await socket.send('421["nonsense",{}]')
    await socket.close()
    assert (await user.call("nonsense", {}))["error"]["code"] == "BAD_REQUEST"


@pytest.mark.alone
async def test_a_picture_that_claims_to_be_huge_costs_nothing(real_server: Serving, user: Client) -> None:
    stream = (await user.open(await user.camera()))["stream"]
    small = bytearray(encode_jpeg(np.zeros((48, 64, 3), np.uint8)))
    await user.frame(stream, 1, bytes(small))
    at = small.find(b"\xff\xc0")
    small[at + 5 : at + 9] = bytes([0x2E, 0xE0, 0x2E, 0xE0])  # 12,000 × 12,000
    before, took = memory_mb(real_server.worker), []
    for seq in range(2, 12):
        began = time.monotonic()
        answer = await user.frame(stream, seq, bytes(small))
        took.append(time.monotonic() - began)
        assert answer["error"]["code"] == "TOO_MANY_PIXELS"
    grown = memory_mb(real_server.worker) - before
    middle = statistics.median(took)
    measured = f"{middle * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms, {grown:+.1f} MB"
    note(2, "refusing 12,000 × 12,000 pixels, middle of 10", measured, "50 ms, 20 MB")
    assert grown < 20
    assert middle < 0.05


@pytest.mark.alone
async def test_no_damaged_picture_ends_a_session(real_server: Serving, user: Client) -> None:
    picture = find_asset("bus.jpg").read_bytes()
    stream = (await user.open(await user.camera()))["stream"]
    answers: dict[str, int] = {}
    count = 160
    for seq, mutant in enumerate(mutants(picture, count), start=1):
        answer = await user.frame(stream, seq, mutant)
        kind = answer["error"]["code"] if "error" in answer else answer["status"]
        answers[kind] = answers.get(kind, 0) + 1
    assert set(answers) <= REFUSALS | {"processed"}
    assert len(answers) >= 4
    began = time.monotonic()
    result = (await user.frame(stream, count + 1, picture))["result"]
    took = time.monotonic() - began
    counters = result["counters"]
    assert counters["received"] == count + 1 == counters["processed"] + counters["dropped"] + counters["rejected"]
    assert result["epoch"] == 1, "vision never restarted"
    note(3, f"{count} damaged pictures, good one after them", f"{json.dumps(answers)}, {took:.2f} s", "typed, < 1 s")
    assert took < 1


async def test_refused_pictures_leave_identities_alone(real_server: Serving, user: Client) -> None:
    picture = find_asset("bus.jpg").read_bytes()
    stream = (await user.open(await user.camera()))["stream"]
    for seq in range(1, 6):
        answer = await user.frame(stream, seq, picture)
        assert "result" in answer, answer
        people = answer["result"]["people"]
    seq = 5
    refused = 0
    for mutant in [picture[:length] for length in range(0, 20_000, 1500)] + [b"GIF89a", b"\xff\xd8" + b"?" * 500]:
        seq += 1
        refused += "error" in await user.frame(stream, seq, mutant)
    assert refused == seq - 5
    after = (await user.frame(stream, seq + 1, picture))["result"]["people"]
    assert people
    assert [one["id"] for one in after] == [one["id"] for one in people]
    note(3, f"identities after {refused} refused pictures", "the same", "the same")


@pytest.mark.alone
async def test_too_many_frames_never_make_results_late(real_server: Serving, user: Client) -> None:
    """As fast as the rate limit lets them, for as long as vision needs for a few dozen. Several at once: that is too
    many for every machine, however fast it is."""
    picture = find_asset("bus.jpg").read_bytes()
    streams = [(await user.open(await user.camera(name)))["stream"] for name in ("North", "South")]
    counted_before = frames(real_server)
    for stream in streams:
        await user.frame(stream, 1, picture)
    calls = []
    for first in range(2, 102, 5):
        together = [(stream, seq) for seq in range(first, first + 5) for stream in streams]
        calls += [asyncio.create_task(user.frame(stream, seq, picture)) for stream, seq in together]
        await asyncio.sleep(0.2)
    answers = await asyncio.gather(*calls)
    done = [answer["result"]["timing"] for answer in answers if answer.get("status") == "processed"]
    dropped = sum(answer.get("status") == "dropped" for answer in answers)
    assert len(done) + dropped == 200
    assert dropped > 0
    inference = max(sum(one[stage] for stage in STAGES) for one in done)
    age = max(one["total_ms"] for one in done)
    measured = f"{age:.0f} ms; {len(done)} counted, {dropped} dropped"
    note(4, "oldest result of 200 frames at 50 a second", measured, f"≤ 2 × {inference:.0f} + 250 ms")
    assert age <= 2 * inference + 250
    for stream in streams:
        last = (await user.call("stream_close", {"stream": stream}))["summary"]["counters"]
        assert last["received"] == 101 == last["processed"] + last["dropped"] + last["rejected"]
    new = {outcome: value - counted_before.get(outcome, 0) for outcome, value in frames(real_server).items()}
    assert new["received"] == 202 == new["processed"] + new["dropped"] + new["rejected"], "in /metrics as well"


def frames(real_server: Serving) -> dict[str, int]:
    """Frames by what became of them, of /metrics."""
    with urllib.request.urlopen(f"{real_server.url}/metrics", timeout=10) as answer:
        found = re.findall(r'^crowdcount_frames_total\{outcome="(\w+)"\} (\S+)', answer.read().decode(), re.M)
    return {"processed": 0, "dropped": 0, "rejected": 0} | {outcome: int(float(value)) for outcome, value in found}
