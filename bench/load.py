"""Load test: how many streams and viewers a machine can serve, and how it behaves at twice its capacity.

``python -m bench.load`` starts its own server on loopback, sends real frames at a fixed rate from a separate
process, and writes docs/reports/load.md and load.png. Sender and server share the machine, so real capacity is
higher.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.load_report import write_report
from server.config import Settings
from tests.faults.processes import Serving, descendants, memory_mb, serving
from tests.media import encode_jpeg, read_vtest
from tests.support.server import Client, RunningServer

FPS = 10.0
FRAMES = 60
ENOUGH = 0.95
"""Minimum fraction of delivered frames; below it, the machine is saturated."""
SETTLE_S = 2.0
OPEN_LIMITS = {"CROWDCOUNT_STREAMS_PER_USER": "100", "CROWDCOUNT_CAMERAS_PER_USER": "1000"}


@dataclass(frozen=True, slots=True)
class Load:
    """The results of one load level. Latency is measured from sending a frame to reading its answer, milliseconds.

    Attributes
    ----------
    streams, viewers : int
    offered, delivered : float
        Frames/s over all streams.
    dropped : float
        Fraction of the offered frames.
    p50, p95, p99 : float
        Latency percentiles.
    viewer_p95 : float or None
        Latency from the arrival of a frame to the viewer's update; None without viewers.
    fairness : float
        Ratio of the smallest to the largest number of results of a stream.
    cpu_web, cpu_vision : float
        Cores.
    memory_web, memory_vision : float
        Megabytes.
    """

    streams: int
    viewers: int
    offered: float
    delivered: float
    dropped: float
    p50: float
    p95: float
    p99: float
    viewer_p95: float | None
    fairness: float
    cpu_web: float
    cpu_vision: float
    memory_web: float
    memory_vision: float


@dataclass(slots=True)
class _Tally:
    """The answers of one stream."""

    ages: list[float] = field(default_factory=list)
    sent: int = 0
    dropped: int = 0


async def stream(
    user: Client, camera: str, pictures: Sequence[bytes], until: float, tally: _Tally, from_: float
) -> None:
    """Send frames at a fixed rate without waiting for answers; count those sent from `from_` on."""
    clock = asyncio.get_running_loop().time
    opened = await user.open(camera)
    tasks: set[asyncio.Task[None]] = set()

    async def send(seq: int) -> None:
        began = clock()
        answer = await user.frame(opened["stream"], seq, pictures[seq % len(pictures)])
        if began < from_:
            return
        tally.sent += 1
        if answer.get("status") == "processed":
            tally.ages.append((clock() - began) * 1000)
        else:
            tally.dropped += 1

    due, seq = clock(), 0
    while clock() < until:
        seq += 1
        task = asyncio.create_task(send(seq))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        due += 1 / FPS
        await asyncio.sleep(max(0.0, due - clock()))
    await asyncio.gather(*tasks)
    await user.call("stream_close", {"stream": opened["stream"]})


async def look(viewer: Client, room: str, ages: list[float], from_: float) -> None:
    """View a room until cancelled; updates are acknowledged at once."""
    clock = asyncio.get_running_loop().time

    async def update(payload: dict[str, Any]) -> bool:
        now = time.time() * 1000
        if clock() >= from_:
            ages.extend(now - one["t_wall"] for one in payload["cameras"].values() if one.get("t_wall"))
        return True

    viewer.socket.on("room_update", update)
    answer = await viewer.call("room_enter", {"room": room, "pictures": None})
    assert "error" not in answer, answer
    await asyncio.Event().wait()


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def situation(running: Serving, streams: int, viewers: int, seconds: float, pictures: Sequence[bytes]) -> Load:
    """Measure one number of streams and viewers."""
    there = RunningServer(running.url, Settings())
    clock = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(there.user(f"load{time.monotonic_ns()}"))
        cameras = [await owner.camera(f"Gate {number}") for number in range(streams)]
        senders = [await stack.enter_async_context(there.client()) for _ in range(streams)]
        cookies = {one.key: one.value for one in owner.http.cookie_jar}
        watching = [await stack.enter_async_context(there.client()) for _ in range(viewers)]
        for client in [*senders, *watching]:
            client.http.cookie_jar.update_cookies(cookies, response_url=client.http._base_url or "")  # type: ignore[arg-type]  # it is a URL here
            await client.connect()
        from_ = clock() + SETTLE_S
        seen: list[float] = []
        looking = []
        if viewers:
            room = await owner.room("Load", *cameras)
            looking = [asyncio.create_task(look(viewer, room, seen, from_)) for viewer in watching]
        tallies = [_Tally() for _ in range(streams)]
        work = [
            asyncio.create_task(stream(user, camera, pictures, from_ + seconds, tally, from_))
            for user, camera, tally in zip(senders, cameras, tallies, strict=True)
        ]
        await asyncio.sleep(max(0.0, from_ - clock()))
        web, (vision, *_) = running.web, descendants(running.web)
        before = cpu_s(web), cpu_s(vision)
        await asyncio.gather(*work)
        after = cpu_s(web), cpu_s(vision)
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        memory = memory_mb(web), memory_mb(vision)
    ages = sorted(age for tally in tallies for age in tally.ages)
    sent = sum(tally.sent for tally in tallies)
    counted = [len(tally.ages) for tally in tallies]
    if len(ages) < 2:
        raise RuntimeError(f"{streams} streams got {len(ages)} results in {seconds} s: measure for longer")
    cuts = statistics.quantiles(ages, n=100)
    return Load(
        streams=streams,
        viewers=viewers,
        offered=sent / seconds,
        delivered=len(ages) / seconds,
        dropped=1 - len(ages) / sent,
        p50=cuts[49],
        p95=cuts[94],
        p99=cuts[98],
        viewer_p95=statistics.quantiles(seen, n=20)[18] if len(seen) > 1 else None,
        fairness=min(counted) / max(counted),
        cpu_web=(after[0] - before[0]) / seconds,
        cpu_vision=(after[1] - before[1]) / seconds,
        memory_web=memory[0],
        memory_vision=memory[1],
    )


async def find_full(running: Serving, seconds: float, pictures: Sequence[bytes], most: int) -> list[Load]:
    """Double the number of streams until saturation, then bisect; the last level is twice the capacity."""
    found: list[Load] = []

    async def fits(streams: int) -> bool:
        found.append(await situation(running, streams, 0, seconds, pictures))
        print(found[-1], flush=True)
        return found[-1].delivered >= ENOUGH * found[-1].offered

    good, bad = 0, 1
    while bad <= most and await fits(bad):
        good, bad = bad, bad * 2
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if await fits(middle) else (good, middle)
    if 2 * bad not in {one.streams for one in found}:
        await fits(2 * bad)
    return sorted(found, key=lambda one: one.streams)


async def measure(seconds: float, most: int) -> tuple[list[Load], list[Load]]:
    """Measure streams without viewers up to and beyond saturation, then viewers with two streams."""
    pictures = [encode_jpeg(frame) for frame in read_vtest(FRAMES)]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data", **OPEN_LIMITS) as running:
        await situation(running, 1, 0, 1.0, pictures)  # warm-up: the first frame of a shape waits for a compilation
        alone = await find_full(running, seconds, pictures, most)
        watched = [await situation(running, 2, viewers, seconds, pictures) for viewers in (0, 5, 20)]
    return alone, watched


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="duration of each load level")
    parser.add_argument("--most", type=int, default=32, help="maximum number of streams in the search")
    parser.add_argument("--out", type=Path, default=Path("docs/reports"))
    parser.add_argument("--note", default="", help="a sentence for the report, such as what else ran")
    arguments = parser.parse_args()
    alone, watched = asyncio.run(measure(arguments.seconds, arguments.most))
    write_report(arguments.out, [asdict(one) for one in alone], [asdict(one) for one in watched], arguments.note)


if __name__ == "__main__":
    main()
