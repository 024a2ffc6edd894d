"""Scaling from 1 to 16 streams: throughput, fairness and memory.

``python -m bench.scaling [--seconds S] [--picture docs/pictures/scaling.png]``. Every stream offers ten frames a
second of the same recording to a real engine, each with another start. The newest frame wins, as in the live
server.
"""

import argparse
import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from server.engine.base import StreamSettings
from server.engine.local import LocalEngine
from server.engine.supervisor import worker_command
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
COUNTS = (1, 2, 4, 8, 16)
OFFERED = 10.0
FRAMES = 160


@dataclass(frozen=True, slots=True)
class Point:
    """Results for a number of streams: frames/s in total and of the slowest and fastest stream; memory in MB."""

    streams: int
    total: float
    least: float
    most: float
    memory_mb: float


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children() -> list[int]:
    """Return the IDs of the child processes: the engine's workers."""
    own = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text("ascii").split()]


async def send(engine: LocalEngine, name: str, jpegs: list[bytes], seconds: float) -> int:
    """Offer frames at their rate, skipping outdated ones; return how many were processed."""
    clock = asyncio.get_running_loop().time
    begun, counted, last = clock(), 0, -1
    while (now := clock() - begun) < seconds:
        newest = int(now * OFFERED)
        if newest == last:
            await asyncio.sleep((newest + 1) / OFFERED - now)
            continue
        last = newest
        await engine.process(name, jpegs[newest % len(jpegs)], newest * 1000 / OFFERED)
        counted += 1
    return counted


async def measure(jpegs: list[bytes], seconds: float) -> list[Point]:
    """Measure all numbers of streams on one engine, in turn."""
    engine = LocalEngine(worker_command(VisionSettings(models_dir=str(default_models_dir()))), 1, 60)
    await engine.start()
    points = []
    try:
        for streams in COUNTS:
            names = [f"{streams}-{n}" for n in range(streams)]
            for n, name in enumerate(names):
                engine.open(name, StreamSettings(model="yolo26n"))
                await engine.process(name, jpegs[n], 0.0)
            turned = [jpegs[n * len(jpegs) // streams :] + jpegs[: n * len(jpegs) // streams] for n in range(streams)]
            work = [send(engine, name, own, seconds) for name, own in zip(names, turned, strict=True)]
            rates = [counted / seconds for counted in await asyncio.gather(*work)]
            memory = sum(memory_mb(pid) for pid in children())
            points.append(Point(streams, sum(rates), min(rates), max(rates), memory))
            print(points[-1], file=sys.stderr)
            for name in names:
                await engine.close(name)
    finally:
        await engine.stop()
    return points


def draw(points: list[Point], path: Path) -> None:
    """Plot the rates over the number of streams."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    streams = [point.streams for point in points]
    axes.plot(streams, [point.total for point in points], marker="o", label="all streams together")
    axes.fill_between(streams, [p.least for p in points], [p.most for p in points], alpha=0.4, color="tab:orange")
    axes.plot(streams, [p.total / p.streams for p in points], marker="o", color="tab:orange", label="each stream")
    axes.set(xscale="log", xlabel="streams, each offering 10 frames a second", ylabel="frames a second", ylim=(0, None))
    axes.set_xticks(streams, [str(n) for n in streams])
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main(argv: list[str] | None = None) -> int:
    """Measure, print, store and plot."""
    sys.path.insert(0, str(ROOT))
    from tests.media import encode_jpeg, read_vtest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "pictures" / "scaling.png")
    arguments = parser.parse_args(argv)
    points = asyncio.run(measure([encode_jpeg(image) for image in read_vtest(FRAMES)], arguments.seconds))
    first, last = points[0], points[-1]
    result = {
        "offered": OFFERED,
        "points": [asdict(point) for point in points],
        "memory_mb_per_further_stream": (last.memory_mb - first.memory_mb) / (last.streams - first.streams),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scaling.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    draw(points, arguments.picture)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
