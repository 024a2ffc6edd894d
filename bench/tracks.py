"""Tracking accuracy on every annotated recording, at full and reduced frame rates: ``python -m bench.tracks``.

The whole pipeline runs once per recording and rate. At reduced rates the means of two runs are reported, from the
first frame and from a later one. Results on annotated boxes flagged 0 are ignored.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.compare import RESULTS, describe_machine
from bench.score import Rows, load, score
from bench.timing import Image, read
from server.core.quality import Quality
from server.models.paths import default_models_dir
from server.vision.boxes import iou
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

STEPS = (1, 2, 3, 5)
FIGURES = ("HOTA", "DetA", "AssA", "IDF1", "switches", "identities", "count_error", "right")
HALF = 0.5
"""Minimum IoU of a result with an annotated box."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A video with its annotation in MOTChallenge format.

    Attributes
    ----------
    name : str
    video, annotation : Path
    """

    name: str
    video: Path
    annotation: Path

    def truth(self) -> Rows:
        """Return the annotated people of each frame, from 1."""
        return load(self.annotation, annotation=True)

    def unjudged(self) -> dict[int, NDArray[np.float64]]:
        """Return frame, from 1 -> boxes flagged 0, shape (n, 4), xyxy in pixels."""
        rows: dict[int, list[list[float]]] = {}
        for line in self.annotation.read_text("utf-8").splitlines():
            values = [float(value) for value in line.split(",")[:7]]
            if values[6] == 0:
                left, top, width, height = values[2:6]
                rows.setdefault(int(values[0]), []).append([left, top, left + width, top + height])
        return {frame: np.array(boxes) for frame, boxes in rows.items()}


def recordings(folder: Path) -> Iterator[Recording]:
    """Yield every ``gt.txt`` next to one video, and every ``NAME.gt.txt`` next to ``NAME.mp4``, recursively."""
    for annotation in sorted(folder.rglob("*gt.txt")):
        stem = annotation.name.removesuffix("gt.txt").rstrip(".")
        videos = [path for path in annotation.parent.iterdir() if path.suffix in (".mp4", ".avi", ".mkv")]
        videos = [path for path in videos if not stem or path.stem == stem]
        if len(videos) == 1:
            yield Recording(stem or annotation.parent.name, videos[0], annotation)


def judged(found: Rows, truth: Rows, unjudged: dict[int, NDArray[np.float64]]) -> Rows:
    """Return the results without those that match only ignored boxes."""
    kept: Rows = {}
    for frame, people in found.items():
        boxes = np.array([box for _, box in people]).reshape(-1, 4)
        on = iou(boxes, np.array([box for _, box in truth.get(frame, [])]).reshape(-1, 4)).max(1, initial=0.0) >= HALF
        off = iou(boxes, unjudged.get(frame, np.zeros((0, 4)))).max(1, initial=0.0) >= HALF
        kept[frame] = [person for person, good, away in zip(people, on, off, strict=True) if good or not away]
    return kept


def follow(vision: Vision, recording: Recording, quality: Quality, step: int, first: int) -> dict[str, float]:
    """Track every n-th frame of a recording and return the scores."""
    truth, unjudged = recording.truth(), recording.unjudged()
    pipeline = vision.open(quality=quality)
    shown: Rows = {}
    away: dict[int, NDArray[np.float64]] = {}
    found: Rows = {}

    def images() -> Iterator[tuple[Image, float]]:
        for index, (image, t) in enumerate(read(recording.video, None)):
            if index >= first and (index - first) % step == 0:
                shown[len(shown) + 1] = truth.get(index + 1, [])
                away[len(shown)] = unjudged.get(index + 1, np.zeros((0, 4)))
                yield image, t

    for number, tracks in enumerate(pipeline.follow(images()), start=1):
        size = (tracks.width, tracks.height) * 2
        found[number] = [(person.id, np.array(person.box_norm) * size) for person in tracks.people]
    found = judged(found, shown, away)
    right = np.mean([len(found[number]) == len(shown[number]) for number in found])
    return {**score(shown, found, len(found)), "right": float(right)}


def measure(recording: Recording, vision: Vision, quality: Quality) -> dict[int, dict[str, float]]:
    """Return the figures of a recording at each rate."""
    rates = {}
    for step in STEPS:
        runs = [follow(vision, recording, quality, step, first) for first in ((0,) if step == 1 else (0, step // 2))]
        rates[step] = {name: statistics.mean(run[name] for run in runs) for name in FIGURES}
    return rates


def to_markdown(results: dict[str, dict[int, dict[str, float]]]) -> str:
    """Return a table with a row per recording and rate."""
    lines = ["| recording | frames | " + " | ".join(FIGURES) + " |", "| --- " * (len(FIGURES) + 2) + "|"]
    for name, rates in results.items():
        for step, figures in rates.items():
            cells = [f"{figures[key]:.{1 if key in ('switches', 'identities') else 3}f}" for key in FIGURES]
            lines.append("| " + " | ".join([name, f"1/{step}" if step > 1 else "all", *cells]) + " |")
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracks", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with recordings (default: CROWDCOUNT_TEST_DATA)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these recordings")
    parser.add_argument("--quality", choices=[one.value for one in Quality], default="balanced")
    arguments = parser.parse_args(argv)
    folder = arguments.data or os.environ.get("CROWDCOUNT_TEST_DATA")
    every = recordings(Path(folder)) if folder else ()
    chosen = [one for one in every if not arguments.only or one.name in arguments.only]
    if not chosen:
        print("no recordings found; set CROWDCOUNT_TEST_DATA to a folder with annotated ones", file=sys.stderr)
        return 1
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    results = {one.name: measure(one, vision, Quality(arguments.quality)) for one in chosen}
    table = to_markdown(results)
    stored = {"quality": arguments.quality, "machine": describe_machine(), "results": results}
    (RESULTS / "tracks.json").write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    (RESULTS / "tracks.md").write_text(table, "utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
