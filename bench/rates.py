"""Accuracy at several frame rates, in floating point and in 8 bits: ``python -m bench.rates``.

A busy machine or a bad network drops frames. Detections are computed once for each precision and tracked at each
rate. At reduced rates the means of two runs are reported, from the first frame and from the second.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import numpy as np

from bench.compare import RESULTS, describe_machine
from bench.score import load, score
from bench.timing import Image, read
from server.models.paths import default_models_dir
from server.vision.detections import Detections
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

STEPS = {1: "every", 2: "every second", 3: "every third", 4: "every fourth", 5: "every fifth"}
PRECISIONS = ("fp32", "int8")
FIGURES = ("HOTA", "IDF1", "switches", "identities", "count_error", "held", "width")
Found = list[tuple[Image, float, Detections]]
"""Each frame, its time in milliseconds, and its detections."""


def follow(vision: Vision, found: Found, annotation: Path, step: int, first: int) -> dict[str, float]:
    """Track every n-th frame; return the scores, and coverage and width of the range."""
    truth = load(annotation, annotation=True, frames=len(found))
    pipeline = vision.open()
    shown, result, held, widths = {}, {}, [], []
    for number, index in enumerate(range(first, len(found), step), start=1):
        image, t, detections = found[index]
        tracks = pipeline.track(image, t, detections, {})
        size = (tracks.width, tracks.height) * 2
        result[number] = [(person.id, np.array(person.box_norm) * size) for person in tracks.people]
        shown[number] = truth[index + 1]
        assert tracks.certainty
        held.append(tracks.certainty.low <= len(shown[number]) <= tracks.certainty.high)
        widths.append(tracks.certainty.high - tracks.certainty.low)
    return {**score(shown, result, len(shown)), "held": float(np.mean(held)), "width": float(np.mean(widths))}


def measure(video: Path, annotation: Path, precision: str) -> dict[int, dict[str, float]]:
    """Return the figures at each rate."""
    vision = Vision(VisionSettings(models_dir=str(default_models_dir()), precision=precision))
    detector = vision.open().detector
    found = [(image, t, detector.detect(image)) for image, t in read(video, None)]
    rates = {}
    for step in STEPS:
        runs = [follow(vision, found, annotation, step, first) for first in range(min(step, 2))]
        rates[step] = {name: statistics.mean(run[name] for run in runs) for name in FIGURES}
    return rates


def to_markdown(results: dict[str, dict[int, dict[str, float]]]) -> str:
    """Return a table with a row per precision and rate."""
    lines = ["| precision | frames | " + " | ".join(FIGURES) + " |", "| --- " * (len(FIGURES) + 2) + "|"]
    for precision, rates in results.items():
        for step, figures in rates.items():
            cells = [
                f"{figures[name]:.1f}" if name in ("switches", "identities") else f"{figures[name]:.3f}"
                for name in FIGURES
            ]
            lines.append("| " + " | ".join([precision, STEPS[step], *cells]) + " |")
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    from tests.media import find_annotation_or_none, find_vtest

    parser = argparse.ArgumentParser(prog="python -m bench.rates", description=__doc__)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--annotation", type=Path, help="MOTChallenge gt.txt (default: the one of vtest.avi, if here)")
    arguments = parser.parse_args(argv)
    annotation = arguments.annotation or find_annotation_or_none()
    if annotation is None:
        print("no annotation found; set CROWDCOUNT_TEST_DATA to a folder with a MOTChallenge gt.txt", file=sys.stderr)
        return 1
    video = arguments.video or find_vtest()
    results = {precision: measure(video, annotation, precision) for precision in PRECISIONS}
    table = to_markdown(results)
    stored = {"video": video.name, "machine": describe_machine(), "results": results}
    (RESULTS / "rates.json").write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    (RESULTS / "rates.md").write_text(table, "utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
