"""A stream that behaves, measured alone and beside an attack: `polite` gives the ratio of the two.

Attacks run in processes of their own, at a lower priority, so that what they cost is what they make the server do.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from server.config import Settings
from tests.faults.figures import note
from tests.faults.processes import fetch
from tests.media import encode_jpeg, find_asset
from tests.support.server import Client, RunningServer

EVERY_S = 0.1
FRAMES = 80
ROUNDS = 3
"""The best of so many counts: a machine that does other things as well has bad moments of its own."""
AHEAD, BEHIND = -10, 5
ROOT = Path(__file__).resolve().parents[2]


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[98]


@dataclass
class Polite:
    """An open stream of a user who sends ten frames a second and waits for each.

    Attributes
    ----------
    user : Client
    stream : str
    picture : bytes
    alone : float
        The 99th percentile without an attack, seconds.
    """

    user: Client
    stream: str
    picture: bytes
    alone: float = 0.0
    seq: int = 0
    lost: int = 0
    codes: set[str] = field(default_factory=set)

    async def delays(self, frames: int = FRAMES) -> list[float]:
        """Seconds until each of some frames was answered."""
        found = []
        for _ in range(frames):
            self.seq += 1
            began = time.perf_counter()
            answer = await self.user.frame(self.stream, self.seq, self.picture)
            found.append(time.perf_counter() - began)
            if answer.get("status") != "processed":
                self.lost += 1
                self.codes.add(str(answer.get("error", {}).get("code") or answer.get("reason")))
            await asyncio.sleep(max(0.0, EVERY_S - found[-1]))
        return found

    async def ratio(self, most: float, beside: "Attack") -> float:
        """How many times the delay of alone it has beside an attack; the best round, measured until one is at most
        `most`. What is measured after the end of the attack does not count."""
        rounds: list[float] = []
        while len(rounds) < ROUNDS and (not rounds or min(rounds) > most):
            measured = p99(await self.delays(FRAMES)) / self.alone
            if beside.process.poll() is not None:
                break
            rounds.append(measured)
        assert rounds, "the attack went on for a round at least"
        return min(rounds)


@asynccontextmanager
async def polite(url: str, name: str = "") -> AsyncIterator[Polite]:
    """A polite user with a stream that was measured alone."""
    picture = encode_jpeg(cv2.resize(cv2.imread(str(find_asset("bus.jpg"))), (480, 640)))
    async with RunningServer(url, Settings()).user(name or f"polite{time.monotonic_ns()}") as user:
        one = Polite(user, (await user.open(await user.camera()))["stream"], picture)
        await one.delays(30)  # the networks are compiled for this shape with the first
        one.alone = p99(await one.delays())
        yield one


@contextmanager
def ahead_of_others() -> Iterator[None]:
    """Let this process, and those that it starts, go before whatever else the machine does; where that is allowed."""
    _rank(AHEAD)
    try:
        yield
    finally:
        _rank(0)


@dataclass
class Attack:
    """A process that attacks.

    Attributes
    ----------
    process : Popen
    """

    process: subprocess.Popen[str]

    def result(self) -> dict[str, Any]:
        """What it found; waits for its end."""
        said, _ = self.process.communicate(timeout=120)
        return dict(json.loads(said.splitlines()[-1]))


def _rank(niceness: int) -> None:
    """Of this process; and of its session, by which Linux shares first."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
        Path("/proc/self/autogroup").write_text(str(niceness))


def _behind() -> None:
    os.setsid()
    _rank(BEHIND)


@contextmanager
def attack(name: str, port: int, seconds: float, *more: str) -> Iterator[Attack]:
    """Run an attack of `tests.faults.attacks` in a process of its own, for the length of the block at most."""
    command = [sys.executable, "-m", "tests.faults.attacks", name, str(port), str(seconds), *more]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=_behind)
    try:
        yield Attack(process)
    finally:
        process.kill()
        process.communicate()


async def health_s(url: str, seconds: float) -> float:
    """The longest that `/healthz` took within that time; every 0.2 s."""
    slowest, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        status = await asyncio.to_thread(fetch, url + "/healthz", 10)
        slowest = max(slowest, time.perf_counter() - began if status == 200 else 10.0)
        await asyncio.sleep(0.2)
    return slowest


def note_ratio(what: str, one: Polite, ratio: float, most: float, more: str = "") -> None:
    """Remember what was measured."""
    measured = f"{ratio:.2f} x its {one.alone * 1000:.0f} ms alone{more}"
    note(6, f"p99 of a polite stream beside {what}", measured, f"≤ {most} x")
