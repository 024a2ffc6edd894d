"""Cost of closer looks: ``python -m bench.crowd_cost [--seconds S] [--pairs N]``.

A real engine processes as many frames as it can of 1 and of 16 streams, alternately with and without closer
looks. The first seconds of a stream, which include a survey, are excluded. The cost is measured as CPU time per
frame, which is robust against other load; on an idle machine it equals the loss of throughput.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
from pathlib import Path

import cv2

from bench.crowds import data
from bench.scaling import children
from bench.timing import read
from server.engine.base import StreamSettings
from server.engine.local import LocalEngine
from server.engine.supervisor import worker_command
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings

ROOT = Path(__file__).resolve().parents[1]
WITHOUT = "bench.standins.no_closer_looks"
SCENES = {"sparse": "PETS09-S2L1/vtest.avi", "crowded": "mall/mall-300.mp4"}
STREAMS = (1, 16)
SETTLE_S = 20.0
FRAMES = 120


def jpegs(film: Path) -> list[bytes]:
    """The first frames of a recording, as a camera sends them."""
    return [cv2.imencode(".jpg", image)[1].tobytes() for image, _ in read(film, FRAMES)]


async def send(engine: LocalEngine, name: str, frames: list[bytes], until: float, begin: float) -> int:
    """Send frames at the rate of the answers, with real-time timestamps; return the number of frames since `begin`."""
    clock = asyncio.get_running_loop().time
    begun, counted, sent = clock(), 0, 0
    while (now := clock()) < until:
        # Play back and forth, to avoid a jump at the end of the recording.
        place = sent % (2 * len(frames) - 2)
        await engine.process(name, frames[min(place, 2 * len(frames) - 2 - place)], (now - begun) * 1000)
        sent += 1
        counted += now >= begin
    return counted


def processor_s() -> float:
    """Return the CPU time of the engine's processes so far, seconds."""
    ticks = 0
    for pid in children():
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def spent_between(begin: float, end: float) -> float:
    """Return the CPU time between two times of the loop's clock, seconds."""
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(begin - clock())
    before = processor_s()
    await asyncio.sleep(end - clock())
    return processor_s() - before


async def run(command: list[str], frames: list[bytes], streams: int, seconds: float) -> tuple[float, float]:
    """Return throughput (frames/s over all streams) and CPU seconds per frame after settling."""
    engine = LocalEngine(command, 1, 60)
    await engine.start()
    try:
        names = [f"stream {n}" for n in range(streams)]
        for name in names:
            engine.open(name, StreamSettings(model="yolo26n"))
        begin = asyncio.get_running_loop().time() + SETTLE_S * (1 if streams == 1 else 4)
        work = [send(engine, name, frames, begin + seconds, begin) for name in names]
        spent, *counted = await asyncio.gather(spent_between(begin, begin + seconds), *work)
        return sum(counted) / seconds, spent / sum(counted)
    finally:
        await engine.stop()


def measure(frames: list[bytes], streams: int, seconds: float, pairs: int) -> dict[str, float]:
    """Return medians over pairs of consecutive runs, and the median of their ratios."""
    looking = worker_command(VisionSettings(models_dir=str(default_models_dir())))
    plain = [looking[0], "-m", WITHOUT, looking[-1]]
    both = [[asyncio.run(run(command, frames, streams, seconds)) for command in (looking, plain)] for _ in range(pairs)]
    return {
        "with": statistics.median(one[0] for one, _ in both),
        "without": statistics.median(other[0] for _, other in both),
        "cost": statistics.median(1 - other[1] / one[1] for one, other in both),
    }


def main() -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    result = {}
    print("| scene | streams | frames/s with | without | cost |\n" + "| --- " * 5 + "|")
    for scene, film in SCENES.items():
        frames = jpegs(data() / film)
        for streams in STREAMS:
            found = measure(frames, streams, arguments.seconds, arguments.pairs)
            result[f"{scene} {streams}"] = found
            row = f"{found['with']:.1f} | {found['without']:.1f} | {found['cost']:.1%}"
            print(f"| {scene} | {streams} | {row} |", flush=True)
    (ROOT / "bench" / "results" / "crowd_cost.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
