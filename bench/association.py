"""Cost of the tracker alone on a synthetic crowd, at the start and at the end of a long run, milliseconds per frame.

``python -m bench.association [--people N] [--frames N]``
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from server.vision.colours import LENGTH, ColourFeatures
from server.vision.detections import Detections
from server.vision.tracker import Tracker

WIDTH, HEIGHT = 1920, 1080
RESULTS = Path(__file__).resolve().parent / "results"


def walk(people: int, frames: int) -> Iterator[tuple[Detections, NDArray[np.float32]]]:
    """Yield walking people of 32 × 80 pixels, missed in one frame of ten, and replaced by new ones at the frame
    edge."""
    rng = np.random.default_rng(0)
    at, pace = rng.uniform((0, 0), (WIDTH, HEIGHT), (people, 2)), rng.normal(0, 6, (people, 2))
    looks = _looks(rng, people)
    for _ in range(frames):
        at += pace
        gone = np.any((at < 0) | (at > (WIDTH, HEIGHT)), axis=1)
        at[gone] = rng.uniform((0, 0), (WIDTH, HEIGHT), (gone.sum(), 2))
        looks[gone] = _looks(rng, int(gone.sum()))
        seen = rng.random(people) < 0.9
        first = at[seen] + rng.normal(0, 1, (seen.sum(), 2))
        boxes = np.clip(np.hstack([first, first + np.array([32.0, 80.0])]), 0, WIDTH)
        yield Detections(boxes, rng.uniform(0.3, 0.95, len(boxes))), looks[seen]


def _looks(rng: np.random.Generator, people: int) -> NDArray[np.float32]:
    looks = rng.random((people, LENGTH), np.float32) ** 4
    unit: NDArray[np.float32] = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    return unit


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--frames", type=int, default=20_000)
    arguments = parser.parse_args(argv)
    tracker, times = Tracker(ColourFeatures()), []
    for index, (detections, looks) in enumerate(walk(arguments.people, arguments.frames)):
        start = perf_counter()
        tracker.update(detections, looks, index * 100.0, HEIGHT, WIDTH)
        times.append((perf_counter() - start) * 1000)
    tenth = max(1, len(times) // 10)
    result = {
        "people": arguments.people,
        "frames": arguments.frames,
        "ms_median": statistics.median(times),
        "ms_p99": float(np.percentile(times, 99)),
        "ms_median_first_tenth": statistics.median(times[:tenth]),
        "ms_median_last_tenth": statistics.median(times[-tenth:]),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "association.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
