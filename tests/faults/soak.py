"""The long forms of rows 3, 12, 13 and 17: ``make soak`` (``python -m tests.faults.soak``) writes docs/reports/soak.md.

2,000 connections that come and go, 20,000 frames of one stream (an hour of it, compressed by sending frames as fast as
they are answered), 10,000 damaged pictures, and processes that are killed: once they have lived for a while, and again
and again.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from server.config import Settings
from tests.faults.jpegs import mutants
from tests.faults.processes import Serving, serving
from tests.faults.samples import Course
from tests.faults.soak_kills import crash_loops, kills
from tests.faults.soak_report import Finding, write_report
from tests.faults.test_vision_process import churn
from tests.media import encode_jpeg, read_vtest
from tests.support.server import Client, RunningServer

POINTS = 60
SLACK = 5
"""Connections to the database and threads for it are opened when they are needed and kept."""
FILM = 200
FRAME_MS = 180.0
"""Capture time between two frames: 20,000 of them are an hour."""
SMALL = {
    "CROWDCOUNT_INPUT_SIDE": "320",
    "CROWDCOUNT_CONNECTIONS_PER_USER": "10000",
    "CROWDCOUNT_CONNECTIONS_PER_ADDRESS": "10000",
    "CROWDCOUNT_RESUME_S": "2",
}
"""A small input makes the hour short, and 2,000 connections come from one user at one address; what is looked for
does not depend on either."""


async def connections(running: Serving, count: int) -> tuple[Course, list[Finding]]:
    """Connect, stream, be gone; row 17."""
    course = Course("Connections that come and go", "connections")
    step = max(1, count // POINTS)
    async with RunningServer(running.url, Settings()).user("churn") as user:
        camera = await user.camera()
        for done in range(0, count, step):
            await churn(running.url, step, user, camera)
            await asyncio.to_thread(course.look, running, done + step)
        await asyncio.sleep(15)  # until streams without connection and pings of closed ones have ended
        await asyncio.to_thread(course.look, running, count)
    first, last = course.points[0], course.points[-1]
    held = ", ".join(f"{name} {first[name]:.0f} → {last[name]:.0f}" for name in ("descriptors", "threads", "tasks"))
    grown = course.growth("web_mb")
    ok = all(last[name] <= first[name] + SLACK for name in ("descriptors", "threads", "tasks"))
    return course, [
        Finding(17, f"memory of the web process over {count:,} connections", f"{grown:+.1%}", "< 5 %", grown < 0.05),
        Finding(17, "held at the first look and after the last", held, "the same", ok),
    ]


async def hour(running: Serving, count: int) -> tuple[Course, list[Finding]]:
    """One stream, frame after frame; rows 4 and 17."""
    course = Course("One stream", "frames")
    film = [encode_jpeg(frame) for frame in read_vtest(FILM)]
    step = max(1, count // POINTS)
    async with RunningServer(running.url, Settings()).user("hour") as user:
        stream = (await user.open(await user.camera()))["stream"]
        began, times = time.perf_counter(), []
        for seq in range(1, count + 1):
            # There and back again: nobody jumps from the end of the film to its beginning.
            place = seq % (2 * FILM - 2)
            picture = film[place if place < FILM else 2 * FILM - 2 - place]
            answer = await user.call("frame", {"stream": stream, "seq": seq, "t": seq * FRAME_MS, "jpeg": picture})
            timing = answer["result"]["timing"]
            times.append((timing["track_ms"], timing["total_ms"]))
            if seq % step == 0:
                track, total = (sum(column) / len(times) for column in zip(*times, strict=True))
                await asyncio.to_thread(course.look, running, seq, track_ms=track, total_ms=total)
                times = []
        took = time.perf_counter() - began
        counters = answer["result"]["counters"]
    balance = counters["received"] == count == counters["processed"] + counters["dropped"] + counters["rejected"]
    findings = [Finding(4, f"counters after {count:,} frames in {took:.0f} s", str(counters), "balance", balance)]
    for name, what, bound in (
        ("web_mb", "memory of the web process", 0.05),
        ("vision_mb", "memory of the vision process", 0.05),
        ("track_ms", "time of tracking a frame", 0.25),
    ):
        grown = course.growth(name)
        promise = f"flat (< {bound:.0%})"
        findings.append(Finding(17, f"{what}, second tenth to last", f"{grown:+.1%}", promise, grown < bound))
    return course, findings


async def pictures(running: Serving, count: int) -> tuple[Course, list[Finding]]:
    """Damaged pictures; row 3."""
    course = Course("Damaged pictures", "pictures")
    (frame,) = read_vtest(1, start=100)
    good = encode_jpeg(frame)
    step = max(1, count // POINTS)
    kinds: Counter[str] = Counter()
    async with RunningServer(running.url, Settings()).user("mutant") as user:
        stream = (await user.open(await user.camera()))["stream"]
        for seq, mutant in enumerate(mutants(good, count, seed=7), start=1):
            answer = await _send(user, stream, seq, mutant)
            kinds[answer["error"]["code"] if "error" in answer else answer["status"]] += 1
            if seq % step == 0:
                await asyncio.to_thread(course.look, running, seq)
        began = time.monotonic()
        result = (await _send(user, stream, count + 1, good))["result"]
        took = time.monotonic() - began
    grown = course.growth("vision_mb")
    told = ", ".join(f"{name} {number:,}" for name, number in kinds.most_common())
    typed = set(kinds) <= {
        "processed",
        "BROKEN_JPEG",
        "NOT_A_JPEG",
        "TOO_MANY_PIXELS",
        "TOO_MANY_SCANS",
        "EMPTY_FRAME",
        "FRAME_TOO_LARGE",
    }
    return course, [
        Finding(3, f"answers to {count:,} damaged pictures", told, "each typed", typed),
        Finding(3, "a good picture after them", f"{took:.2f} s, epoch {result['epoch']}", "< 1 s, epoch 1", took < 1),
        Finding(3, "memory of the vision process", f"{grown:+.1%}", "flat (< 10 %)", grown < 0.10),
    ]


async def _send(user: Client, stream: str, seq: int, jpeg: bytes) -> dict[str, Any]:
    """Send a picture; damaged ones are refused faster than events may come, so wait where that is said."""
    while True:
        answer = await user.frame(stream, seq, jpeg)
        if answer.get("error", {}).get("code") != "RATE_LIMITED":
            return answer
        await asyncio.sleep(0.1)


def main() -> int:
    """Run all and write the report; the status says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("docs/reports"))
    parser.add_argument("--note", default="", help="a sentence for the report, such as what else ran")
    arguments = parser.parse_args()
    courses, findings = [], []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data", **SMALL) as running:
        for run, count in (
            (hour, arguments.frames),
            (pictures, arguments.pictures),
            (connections, arguments.connections),
        ):
            course, found = asyncio.run(run(running, count))
            courses.append(course)
            findings += found
            print(*found, sep="\n", flush=True)
        findings += kills(running, arguments.kills)
        findings += crash_loops(running)
    write_report(arguments.out, courses, findings, arguments.note)
    return 0 if all(one.kept for one in findings) else 1


if __name__ == "__main__":
    raise SystemExit(main())
