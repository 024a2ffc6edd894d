"""End-to-end latency in a room: from sending a camera's frame until a viewer has its figures and its picture.

``python -m bench.rooms`` starts its own server on loopback. As in the product, cameras send at most ten frames a
second with at most two in flight. One viewer watches all of them, with pictures 320 wide, five a second. Cameras,
viewer and server share the machine; encoding in a phone and display on a screen are not included.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.load import OPEN_LIMITS
from server.config import Settings
from tests.faults.processes import Serving, serving
from tests.media import encode_jpeg, read_vtest
from tests.support.server import Client, RunningServer

FPS = 10.0
IN_FLIGHT = 2
SETTLE_S = 2.0
PICTURES = {"width": 320, "max_fps": 5}
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Delay:
    """Latencies at one number of cameras, milliseconds.

    Attributes
    ----------
    cameras : int
    counted, pictures : float
        Frames and pictures per second and camera that the viewer received.
    answer_p50, answer_p95 : float
        From sending a frame to its answer at the camera, the baseline without a room.
    figures_p50, figures_p95, picture_p50, picture_p95 : float
        From sending a frame to its figures, and to its picture, at the viewer.
    """

    cameras: int
    counted: float
    pictures: float
    answer_p50: float
    answer_p95: float
    figures_p50: float
    figures_p95: float
    picture_p50: float
    picture_p95: float


@dataclass(slots=True)
class Glass:
    """Send times of frames by camera and capture time, and the measured latencies."""

    sent: dict[tuple[str, float], float] = field(default_factory=dict)
    at: dict[tuple[str, float], float] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    figures: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)

    def take(self, update: dict[str, Any]) -> None:
        """Process one `room_update`."""
        now = time.monotonic()
        for camera, one in update["cameras"].items():
            if "t" not in one:
                continue
            sent = self.sent.get((camera, one["t"]))
            self.at[camera, one["t_wall"]] = one["t"]
            if sent is not None:
                self.figures.append((now - sent) * 1000)
            shown = self.sent.get((camera, self.at.get((camera, one.get("picture_t_wall")), -1.0)))
            if "picture" in one and shown is not None:
                self.pictures.append((now - shown) * 1000)


async def film(client: Client, camera: str, frames: Sequence[bytes], until: float, glass: Glass) -> None:
    """Act as a camera until the given time."""
    stream = (await client.open(camera))["stream"]
    free = asyncio.Semaphore(IN_FLIGHT)
    tasks: set[asyncio.Task[None]] = set()
    began = time.monotonic()

    async def send(seq: int) -> None:
        try:
            t = round((time.monotonic() - began) * 1000, 3)
            glass.sent[camera, t] = time.monotonic()
            payload = {"stream": stream, "seq": seq, "t": t, "jpeg": frames[seq % len(frames)]}
            if (await client.call("frame", payload)).get("status") == "processed":
                glass.answers.append((time.monotonic() - glass.sent[camera, t]) * 1000)
        finally:
            free.release()

    seq, due = 0, began
    while time.monotonic() < until:
        await free.acquire()
        seq += 1
        task = asyncio.create_task(send(seq))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        due = max(due + 1 / FPS, time.monotonic())
        await asyncio.sleep(due - time.monotonic())
    await asyncio.gather(*tasks)
    await client.call("stream_close", {"stream": stream})


async def measure(running: Serving, cameras: int, seconds: float, frames: Sequence[bytes]) -> Delay:
    """Measure one number of cameras in one room."""
    there, glass = RunningServer(running.url, Settings()), Glass()
    async with AsyncExitStack() as stack:
        name = f"owner{time.monotonic_ns()}"
        owner = await stack.enter_async_context(there.user(name))
        ids = [await owner.camera(f"Gate {number}") for number in range(cameras)]
        room = await owner.room("Square", *ids)
        senders = [await stack.enter_async_context(there.client()) for _ in ids]
        for sender in senders:
            await sender.sign_in(name)
            await sender.connect()
        owner.socket.on("room_update", glass.take)
        await owner.call("room_enter", {"room": room, "pictures": PICTURES})
        until = time.monotonic() + SETTLE_S + seconds
        # Each camera starts at another frame of the recording.
        films = [[*frames[n * 7 :], *frames[: n * 7]] for n in range(cameras)]
        work = [asyncio.create_task(film(*one, until, glass)) for one in zip(senders, ids, films, strict=True)]
        await asyncio.sleep(SETTLE_S)
        for found in (glass.answers, glass.figures, glass.pictures):
            found.clear()
        await asyncio.gather(*work)
    cuts = [statistics.quantiles(found, n=20) for found in (glass.answers, glass.figures, glass.pictures)]
    each = cameras * seconds
    rates = round(len(glass.figures) / each, 1), round(len(glass.pictures) / each, 1)
    return Delay(cameras, *rates, *(round(one[cut], 1) for one in cuts for cut in (9, 18)))


async def measure_all(numbers: Sequence[int], seconds: float) -> list[Delay]:
    """Measure each number of cameras on one server, in turn."""
    frames = [encode_jpeg(frame) for frame in read_vtest(60)]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data", **OPEN_LIMITS) as running:
        await measure(running, 1, 1.0, frames)  # warm-up: the first frame of a shape waits for a compilation
        return [await measure(running, number, seconds, frames) for number in numbers]


def table(found: Sequence[Delay], note: str) -> str:
    """Return the latencies as Markdown."""
    lines = [
        "# Glass to glass in a room",
        "",
        "Written by `python -m bench.rooms`; its head says what is measured.",
        *([note] if note else []),
        "",
        "| cameras | figures/s each | answer p50 | p95 | figures p50 | p95 | pictures/s each | picture p50 | p95 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        delays = one.answer_p50, one.answer_p95, one.figures_p50, one.figures_p95
        figures = " | ".join(f"{delay:.0f} ms" for delay in delays)
        lines.append(
            f"| {one.cameras} | {one.counted} | {figures} | {one.pictures} "
            f"| {one.picture_p50:.0f} ms | {one.picture_p95:.0f} ms |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--seconds", type=float, default=15.0, help="duration for each number of cameras")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--note", default="", help="a sentence for the report, such as what else ran")
    arguments = parser.parse_args()
    found = asyncio.run(measure_all(arguments.cameras, arguments.seconds))
    text = table(found, arguments.note)
    (arguments.out / "rooms.md").write_text(text)
    (arguments.out / "rooms.json").write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n")
    print(text)


if __name__ == "__main__":
    main()
