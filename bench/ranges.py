"""Coverage and width of the count range: ``python -m bench.ranges``.

For each quality, on PETS09-S2L1 as a whole, and on its annotated ground alone, because the annotation omits
people beyond it. The ground is the convex hull of the feet of all annotated people; people with their feet
outside are ignored in annotation and detections. Other recordings (``--recording FILE EVERY``) are compared with
the detections of the same detector at a large input.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.score import load
from bench.timing import Image, read
from server.core.quality import Quality
from server.models.catalogue import find_prepared
from server.models.paths import default_models_dir
from server.vision.backend import choose_backend
from server.vision.detections import Detections
from server.vision.detector import Detector
from server.vision.pipeline import Pipeline
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

REFERENCE, SURE = 1600, 0.35
"""Long side of the input, and score, of the reference detections without an annotation."""
Sight = tuple[Image, float, Detections, int]
"""Frame, time in milliseconds, detections, true number."""


@dataclass(slots=True)
class Figures:
    """Per-frame results of the range."""

    held: list[bool] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)
    width: list[int] = field(default_factory=list)
    near: list[bool] = field(default_factory=list)
    saturated: list[bool] = field(default_factory=list)

    def row(self, *names: str) -> str:
        """Return a row of the table."""
        shares = [float(np.mean(values)) for values in (self.held, self.below, self.width, self.near, self.saturated)]
        return "| " + " | ".join([*names, *(f"{share:.3f}" for share in shares)]) + " |"


def judge(pipeline: Pipeline, sights: list[Sight]) -> Figures:
    """Track, and compare each range with the true number."""
    figures = Figures()
    for image, t, detections, truth in sights:
        tracks = pipeline.track(image, t, detections, {})
        assert tracks.certainty
        low, high = tracks.certainty.low, tracks.certainty.high
        figures.held.append(low <= truth <= high)
        figures.below.append(truth < low)
        figures.width.append(high - low)
        figures.near.append(abs(len(tracks.people) - truth) <= 1)
        figures.saturated.append(tracks.certainty.saturated)
    return figures


def on_ground(feet: NDArray[np.float32], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether the feet of boxes, (n, 4) xyxy, are inside the convex hull of points, (m, 2)."""
    hull = cv2.convexHull(feet)
    places = [(float((left + right) / 2), float(bottom)) for left, _, right, bottom in boxes]
    return np.array([cv2.pointPolygonTest(hull, place, False) >= 0 for place in places], bool)


def annotated(vision: Vision, quality: Quality, video: Path, annotation: Path) -> dict[str, list[Sight]]:
    """Return the frames of PETS09-S2L1: as a whole, and on the annotated ground."""
    rows = load(annotation, annotation=True)
    boxes = {frame: np.array([box for _, box in people]).reshape(-1, 4) for frame, people in rows.items()}
    feet = np.vstack([np.column_stack([box[:, [0, 2]].mean(axis=1), box[:, 3]]) for box in boxes.values()])
    detector = vision.open(quality=quality).detector
    sights: dict[str, list[Sight]] = {"all": [], "annotated ground": []}
    for frame, (image, t) in enumerate(read(video, None), start=1):
        found, there = detector.detect(image), boxes.get(frame, np.zeros((0, 4)))
        sights["all"].append((image, t, found, len(there)))
        kept = on_ground(feet.astype(np.float32), found.xyxy)
        inside = Detections(found.xyxy[kept], found.scores[kept])
        sights["annotated ground"].append((image, t, inside, int(on_ground(feet.astype(np.float32), there).sum())))
    return sights


def compared(vision: Vision, quality: Quality, video: Path, every: int) -> Iterator[Sight]:
    """Yield every n-th frame of another recording."""
    network = choose_backend("cpu", 0).open(find_prepared(default_models_dir(), "yolo26n"), (0.0,) * 3, (255.0,) * 3)
    large, detector = Detector(network, REFERENCE, SURE), vision.open(quality=quality).detector
    for index, (image, t) in enumerate(read(video, None)):
        if index % every == 0:
            yield image, t, detector.detect(image), len(large.detect(image))


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    from tests.media import find_annotation_or_none, find_vtest

    parser = argparse.ArgumentParser(prog="python -m bench.ranges", description=__doc__)
    parser.add_argument("--recording", nargs=2, action="append", default=[], metavar=("FILE", "EVERY"))
    arguments = parser.parse_args(argv)
    annotation = find_annotation_or_none()
    vision = Vision(VisionSettings(models_dir=str(default_models_dir())))
    print("| recording | frames | quality | held | truth below it | width | one more or less holds | saturated |")
    print("| --- " * 8 + "|")
    for quality in Quality:
        for name, sights in (annotated(vision, quality, find_vtest(), annotation) if annotation else {}).items():
            for step in (1, 2, 3, 5):
                figures = judge(vision.open(quality=quality), sights[::step])
                print(figures.row(f"PETS09-S2L1, {name}", f"1 of {step}", quality.value), flush=True)
        for file, every in arguments.recording:
            figures = judge(vision.open(quality=quality), list(compared(vision, quality, Path(file), int(every))))
            print(figures.row(Path(file).stem, f"1 of {every}", quality.value), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
