"""Endurance of one stream: time per frame and memory over a long run.

``python -m bench.endurance [--frames N] [--picture docs/pictures/endurance.png]``
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path
from time import perf_counter

from bench.scaling import memory_mb
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
CLIP = 400
BLOCKS = 50
"""Number of points in the plot, each the median of its frames."""


def run(frames: int) -> tuple[list[float], list[float]]:
    """Return milliseconds per frame, and memory (MB) after each. The clip plays back and forth, to avoid jumps."""
    from server.vision.vision import Vision
    from tests.media import encode_jpeg, read_vtest

    jpegs = [encode_jpeg(image) for image in read_vtest(CLIP)]
    round_trip = jpegs + jpegs[-2:0:-1]
    pipeline = Vision(VisionSettings(models_dir=str(default_models_dir()))).open()
    times, memory = [], []
    for index in range(frames):
        begun = perf_counter()
        pipeline.process(round_trip[index % len(round_trip)], index * 1000 / 7)
        times.append((perf_counter() - begun) * 1000)
        memory.append(memory_mb(os.getpid()))
    return times, memory


def draw(times: list[float], memory: list[float], path: Path) -> None:
    """Plot both over the frame number."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    size = max(1, len(times) // BLOCKS)
    starts = range(0, len(times) - size + 1, size)
    figure, (upper, lower) = plt.subplots(2, sharex=True, figsize=(7, 4), layout="constrained")
    medians = [statistics.median(times[start : start + size]) for start in starts]
    upper.plot(starts, medians)
    upper.set(ylabel="ms a frame", ylim=(0, 1.15 * max(medians)))
    used = [memory[start] for start in starts]
    lower.plot(starts, used, color="tab:orange")
    lower.set(ylabel="memory, MB", xlabel="frames", ylim=(0, 1.15 * max(used)))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main(argv: list[str] | None = None) -> int:
    """Measure, print, store and plot."""
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "pictures" / "endurance.png")
    arguments = parser.parse_args(argv)
    times, memory = run(arguments.frames)
    tenth = max(1, len(times) // 10)
    result = {
        "frames": len(times),
        "ms_median_first_tenth": statistics.median(times[1 : tenth + 1]),
        "ms_median_last_tenth": statistics.median(times[-tenth:]),
        "memory_mb_after_first_tenth": memory[tenth],
        "memory_mb_at_the_end": memory[-1],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "endurance.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    draw(times, memory, arguments.picture)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
