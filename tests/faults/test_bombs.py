"""Rows 2 and 6: one guest sends pictures that are dear to decode, or frames as fast as they go; others are counted."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.config import Settings
from tests.faults.figures import note
from tests.faults.jpeg_maker import FACTORS, bomb, empty
from tests.faults.processes import serving
from tests.media import encode_jpeg, read_vtest
from tests.support.server import Client, RunningServer

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]
SECONDS, ROUNDS = 8.0, 3
PACE_S = 0.3
"""Between two frames of a stream that behaves."""
REFUSED, FAIR = 0.95, 0.4
"""Shares of the frames that are counted without the attack: beside what is refused, and beside another stream whose
frames are counted, to which half of a full machine belongs."""
USUAL = encode_jpeg(read_vtest(1)[0])
WORST = empty(3840, 2160, FACTORS[0], 10)
"""As dear as a picture without anything in it may be."""


@asynccontextmanager
async def guests(tmp_path: Path) -> AsyncIterator[tuple[Client, Client, str, str]]:
    """A server with one vision process, a user who streams and a guest who does: both, and their streams."""
    with serving(tmp_path / "data", CROWDCOUNT_INPUT_SIDE="320") as running:
        url = RunningServer(running.url, Settings())
        async with url.user() as user, url.client() as guest:
            stream = (await user.open(await user.camera(), source="file"))["stream"]
            joined = await user.invite(await user.room(), "camera", guest)
            await guest.connect()
            other = (await guest.open(joined["camera"]["id"], source="file"))["stream"]
            yield user, guest, stream, other


async def count(user: Client, stream: str, numbers: Iterator[int]) -> tuple[float, float]:
    """Send frames at an even pace: which share was counted, and the seconds until the slowest answer."""
    waiting, delays = [], [0.0]

    async def send(seq: int) -> bool:
        began = time.monotonic()
        answer = await user.frame(stream, seq, USUAL)
        delays.append(time.monotonic() - began)
        return answer.get("status") == "processed"

    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        waiting.append(asyncio.create_task(send(next(numbers))))
        await asyncio.sleep(PACE_S)
    answers = await asyncio.gather(*waiting)
    return sum(answers) / len(answers), max(delays)


async def attack(
    guest: Client, stream: str, picture: bytes, over: Callable[[], bool], abreast: int, numbers: Iterator[int]
) -> None:
    """Send the same picture again and again, so many at a time."""

    async def one() -> None:
        while not over():
            answer = await guest.frame(stream, next(numbers), picture)
            if answer.get("error", {}).get("code") == "RATE_LIMITED":
                await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(abreast)))


async def beside(tmp_path: Path, what: str, picture: bytes, abreast: int, share: float) -> None:
    """Count alone, then beside an attack: the best of a few rounds, as a machine has bad moments of its own."""
    async with guests(tmp_path) as (user, guest, stream, other):
        numbers, bombs, over = itertools.count(2), itertools.count(1), asyncio.Event()
        await user.frame(stream, 1, USUAL)
        await guest.frame(other, next(bombs), picture)  # whatever has to be compiled for its shape
        alone, slowest = await count(user, stream, numbers)
        attacking = asyncio.create_task(attack(guest, other, picture, over.is_set, abreast, bombs))
        rounds: list[tuple[float, float]] = []
        while len(rounds) < ROUNDS and not (rounds and rounds[-1][0] >= share * alone):
            rounds.append(await count(user, stream, numbers))
        over.set()
        await attacking
        async with user.http.get("/readyz") as response:
            restarts = (await response.json())["checks"]["engine"]["workers"][0]["restarts"]
    best, delay = max(rounds)
    told = f"{best:.0%} counted, {alone:.0%} without; slowest {delay * 1000:.0f} ms, {slowest * 1000:.0f} ms without"
    note(6, what, f"{told}; {next(bombs) - 1} sent, {restarts} restarts", f"≥ {share:.0%} of those without, 0 restarts")
    assert restarts == 0
    assert best >= share * alone, rounds


async def test_others_are_counted_beside_scan_bombs(tmp_path: Path) -> None:
    await beside(tmp_path, "a stream beside scan bombs by a guest", bomb(20_000, 1920, 1080), 2, REFUSED)


async def test_others_are_counted_beside_dear_pictures(tmp_path: Path) -> None:
    await beside(tmp_path, "a stream beside the dearest pictures by a guest", WORST, 2, FAIR)


async def test_others_are_counted_beside_a_flood_of_frames(tmp_path: Path) -> None:
    await beside(tmp_path, "a stream beside a guest's flood of frames", USUAL, 32, FAIR)
