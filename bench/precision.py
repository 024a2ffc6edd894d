"""Accuracy of the bare detector in floating point and in 8 bits, on annotated recordings: ``python -m
bench.precision``.

Reports recall and precision of detections with a score of at least 0.25, at IoU 0.5 and 0.75. It also reports the
IoU of 8-bit boxes with float boxes, and milliseconds per frame. All detectors process each frame in turn, in
alternating order, so the median time ratio is robust on a busy machine. Ratios refer to the 8 bits before, if
measured, else to floats.

The recordings are not part of the project: set ``CROWDCOUNT_TEST_DATA`` to their folder; missing ones are
skipped. ``--before FOLDER`` also measures the 8-bit network of another models directory.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from bench.compare import RESULTS, ROOT, describe_machine
from bench.timing import Image, read
from server.models.paths import default_models_dir
from server.vision.boxes import iou
from server.vision.detections import Detections
from server.vision.detector import Detector
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

Array = NDArray[np.float64]
COUNTED = 0.25
OVERLAPS = (0.5, 0.75)
RECORDINGS = {
    "PETS09-S2L1": ("PETS09-S2L1/vtest.avi", "PETS09-S2L1/gt.txt"),
    "MOT17-09": ("MOT17-09/MOT17-09.mp4", "MOT17-09/gt.txt"),
    "ETH-Bahnhof": ("ETH-Bahnhof/ETH-Bahnhof-500.mp4", "ETH-Bahnhof/gt.txt"),
    "CAVIAR BrowseWW2": ("CAVIAR/BrowseWW2.mp4", "CAVIAR/BrowseWW2.gt.txt"),
    "CAVIAR FallOnFloor": ("CAVIAR/FallOnFloor.mp4", "CAVIAR/FallOnFloor.gt.txt"),
    "CAVIAR Walk3a": ("CAVIAR/Walk3a.mp4", "CAVIAR/Walk3a.gt.txt"),
}
"""Video and annotation in MOTChallenge format. CAVIAR annotates only some people, so its precision is not
meaningful."""


@dataclass(slots=True)
class Figures:
    """Sums over the frames of a recording, for one detector."""

    there: int = 0
    shown: int = 0
    right: dict[float, int] = field(default_factory=lambda: dict.fromkeys(OVERLAPS, 0))
    like_floats: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def add(self, people: Detections, truth: Array, ignored: Array) -> None:
        """Add a frame; detections on an ignored box and on no person are neither right nor wrong."""
        boxes = people.xyxy[people.scores >= COUNTED]
        self.there += len(truth)
        on_ignored = iou(boxes, ignored).max(axis=1, initial=0.0) >= OVERLAPS[0]
        for overlap in OVERLAPS:
            right = match(boxes, truth, overlap)
            self.right[overlap] += int(right.sum())
            if overlap == OVERLAPS[0]:
                self.shown += int((right | ~on_ignored).sum())

    def compare(self, people: Detections, exact: Detections) -> None:
        """Add the IoU of each float box with the best of these boxes."""
        sure = exact.xyxy[exact.scores >= COUNTED]
        self.like_floats += iou(sure, people.xyxy).max(axis=1, initial=0.0).tolist()

    def summary(self, base: "Figures") -> dict[str, float | None]:
        """Return the figures of the table, with the time ratio to another detector."""
        shares = {}
        for overlap in OVERLAPS:
            shares[f"recall_{overlap}"] = _share(self.right[overlap], self.there)
            shares[f"precision_{overlap}"] = _share(self.right[overlap], self.shown)
        ratios = [own / other for own, other in zip(self.ms, base.ms, strict=True)]
        return {
            **shares,
            "overlap_with_floats": statistics.mean(self.like_floats) if self.like_floats else None,
            "ms": statistics.median(self.ms),
            "ms_ratio": statistics.median(ratios),
        }


def match(boxes: Array, truth: Array, overlap: float) -> NDArray[np.bool_]:
    """Return which boxes, best score first, match a person that no better one has matched."""
    overlaps, free = iou(boxes, truth), np.ones(len(truth), bool)
    right = np.zeros(len(boxes), bool)
    for index in range(len(boxes) if len(truth) else 0):
        best = int(np.argmax(overlaps[index] * free))
        if free[best] and overlaps[index, best] >= overlap:
            free[best], right[index] = False, True
    return right


@dataclass(frozen=True, slots=True)
class Annotation:
    """Rows of a MOTChallenge file: frame from 1, ID, left, top, width, height, flag."""

    rows: Array

    @classmethod
    def load(cls, path: Path) -> "Annotation":
        """Read a file."""
        return cls(np.loadtxt(path, delimiter=",", ndmin=2, usecols=range(7)))

    def boxes(self, frame: int) -> tuple[Array, Array]:
        """Return the boxes, xyxy, of a frame: people, and those flagged 0, to be ignored."""
        rows = self.rows[self.rows[:, 0] == frame]
        boxes = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
        return boxes[rows[:, 6] != 0], boxes[rows[:, 6] == 0]


def measure(detectors: dict[str, Detector], video: Path, annotation: Path, every: int) -> dict[str, Figures]:
    """Run all detectors on every n-th frame; ``floats`` is the reference."""
    figures = {name: Figures() for name in detectors}
    rows = Annotation.load(annotation)
    for turn, (frame, image) in enumerate(_some(video, every)):
        if not turn:
            for detector in detectors.values():
                detector.detect(image)  # compiles
        names = list(detectors)[:: 1 if turn % 2 else -1]
        found = {name: _timed(detectors[name], image, figures[name].ms) for name in names}
        for name, people in found.items():
            figures[name].add(people, *rows.boxes(frame))
            figures[name].compare(people, found["floats"])
    return figures


def _some(video: Path, every: int) -> Iterator[tuple[int, Image]]:
    frames = enumerate(read(video, None), start=1)
    return ((frame, image) for frame, (image, _) in frames if frame % every == 1)


def _timed(detector: Detector, image: Image, ms: list[float]) -> Detections:
    begun = perf_counter()
    people = detector.detect(image)
    ms.append((perf_counter() - begun) * 1000)
    return people


def to_markdown(results: dict[str, dict[str, dict[str, float | None]]]) -> str:
    """Return a table with a row per recording and detector."""
    columns = [f"{what} {overlap}" for overlap in OVERLAPS for what in ("recall", "precision")]
    titles = ["recording", "detector", *columns, "overlap with floats", "ms", "× base"]
    lines = ["| " + " | ".join(titles) + " |", "| --- " * len(titles) + "|"]
    for recording, rows in results.items():
        for name, figures in rows.items():
            cells = ["–" if value is None else f"{value:.3f}" for value in figures.values()]
            lines.append("| " + " | ".join([recording, name, *cells]) + " |")
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(prog="python -m bench.precision", description=__doc__)
    parser.add_argument("--every", type=int, default=5, metavar="N", help="process every N-th frame")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="models directory with another 8-bit network")
    arguments = parser.parse_args(argv)
    folder = Path(os.environ.get("CROWDCOUNT_TEST_DATA", ROOT.parent / "shared" / "data"))
    here = {name: paths for name, paths in RECORDINGS.items() if all((folder / path).is_file() for path in paths)}
    if not here:
        print(f"no recordings in {folder}; set CROWDCOUNT_TEST_DATA to their folder", file=sys.stderr)
        return 1
    detectors = {"floats": _open("fp32", default_models_dir())}
    base = "8 bits before" if arguments.before else "floats"
    if arguments.before:
        detectors[base] = _open("int8", arguments.before)
    detectors["8 bits"] = _open("int8", default_models_dir())
    figures = {
        name: measure(detectors, folder / video, folder / gt, arguments.every) for name, (video, gt) in here.items()
    }
    figures["all"] = {name: _sum([one[name] for one in figures.values()]) for name in detectors}
    results = {
        recording: {name: own.summary(rows[base]) for name, own in rows.items()} for recording, rows in figures.items()
    }
    stored = {"every": arguments.every, "base": base, "machine": describe_machine(), "results": results}
    (RESULTS / "precision.json").write_text(json.dumps(stored, indent=2) + "\n", "utf-8")
    print(to_markdown(results))
    return 0


def _open(precision: str, models_dir: Path) -> Detector:
    return Vision(VisionSettings(models_dir=str(models_dir), precision=precision)).open().detector


def _sum(parts: list[Figures]) -> Figures:
    total = Figures()
    for part in parts:
        total.there += part.there
        total.shown += part.shown
        total.right = {overlap: total.right[overlap] + part.right[overlap] for overlap in OVERLAPS}
        total.like_floats += part.like_floats
        total.ms += part.ms
    return total


def _share(part: int, whole: int) -> float | None:
    """Return a fraction; None if `whole` is 0."""
    return part / whole if whole else None


if __name__ == "__main__":
    sys.exit(main())
