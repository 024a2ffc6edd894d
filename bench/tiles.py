"""Tiles versus one larger input at the same scale: ``python -m bench.tiles``.

Both give the detector people of the same size in pixels. Tiles overlap by a fifth of their side. The whole image
at half the scale adds people larger than a tile; boxes truncated by a seam count where no whole box covers them.
On PETS09-S2L1, every sixth frame, at full size and downscaled to a half and a third, as if the camera were
further away.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.score import load
from bench.timing import Image, read
from server.core.quality import STRIDE
from server.models.catalogue import find_prepared
from server.models.paths import default_models_dir
from server.vision.backend import InferenceNetwork, choose_backend
from server.vision.boxes import coverage, iou, suppress
from server.vision.detections import Detections
from server.vision.detector import Detector

Array = NDArray[np.float64]
EVERY = 6
SCALES = (640, 960, 1280)
OVERLAP = 0.2
LEAST_SCORE, COUNTED = 0.02, 0.35
SEAM_PX = 3
"""Distance to a seam within which a box counts as truncated, pixels."""
SAME_PERSON, SAME_PART, COVERED = 0.7, 0.5, 0.6


class Finder(Protocol):
    """A person detector."""

    def detect(self, image_bgr: Image) -> Detections:
        """Return the detections in an image of shape (height, width, 3), BGR."""
        ...


@dataclass(frozen=True, slots=True)
class Tiles:
    """Two by two tiles of an image whose long side is scaled to `side`, and the whole image at half of it."""

    network: InferenceNetwork
    side: int

    def detect(self, image_bgr: Image) -> Detections:
        """Detect in each tile and merge the results."""
        scale = self.side / max(image_bgr.shape[:2])
        large = cv2.resize(image_bgr, None, fx=scale, fy=scale).astype(np.uint8, copy=False)
        whole = Detector(self.network, self.side // 2, LEAST_SCORE).detect(image_bgr)
        found = [(whole.xyxy, whole.scores, np.zeros(len(whole), bool))]
        height, width = (_tile(pixels) for pixels in large.shape[:2])
        for top in (0, large.shape[0] - height):
            for left in (0, large.shape[1] - width):
                tile = np.ascontiguousarray(large[top : top + height, left : left + width])
                people = Detector(self.network, max(height, width), LEAST_SCORE).detect(tile)
                cut = _cut(people.xyxy, (left > 0, top > 0, left == 0, top == 0), (height, width))
                place = np.array([left, top, left, top])
                found.append(((people.xyxy + place) / scale, people.scores, cut))
        boxes, scores, cut = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return _together(boxes, scores, cut)


def _tile(pixels: int) -> int:
    """Return the side of a tile so that two overlapping by a fifth cover `pixels`; a multiple of the stride if
    possible."""
    return min(pixels, -(-round(pixels / (2 - OVERLAP)) // STRIDE) * STRIDE)


def _cut(boxes: Array, seams: tuple[bool, bool, bool, bool], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which boxes end at one of the seams: left, top, right, bottom."""
    ends = (boxes[:, 0], boxes[:, 1], size[1] - boxes[:, 2], size[0] - boxes[:, 3])
    cut: NDArray[np.bool_] = np.any([seam & (end < SEAM_PX) for seam, end in zip(seams, ends, strict=True)], axis=0)
    return cut


def _together(boxes: Array, scores: Array, cut: NDArray[np.bool_]) -> Detections:
    """Merge whole people, and truncated ones that no whole box covers."""
    kept = suppress(boxes[~cut], scores[~cut], SAME_PERSON)
    people, sure = boxes[~cut][kept], scores[~cut][kept]
    alone = coverage(boxes[cut], people).max(axis=1, initial=0.0) < COVERED
    parts, weak = boxes[cut][alone], scores[cut][alone]
    kept = suppress(parts, weak, SAME_PART)
    return Detections(np.vstack([people, parts[kept]]), np.concatenate([sure, weak[kept]]))


def average_precision(found: list[Detections], truth: list[Array]) -> float:
    """Return the area under the monotone precision-recall curve at IoU 0.5; best scores are matched first."""
    rows: list[tuple[float, bool]] = []
    for people, there in zip(found, truth, strict=True):
        free, overlaps = np.ones(len(there), bool), iou(people.xyxy, there)
        for index in np.argsort(-people.scores):
            best = int(np.argmax(overlaps[index] * free)) if len(there) else 0
            right = bool(len(there)) and bool(free[best]) and overlaps[index, best] >= 0.5
            if right:
                free[best] = False
            rows.append((float(people.scores[index]), right))
    hits = np.cumsum([right for _, right in sorted(rows, key=lambda row: -row[0])])
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    recall = hits / sum(map(len, truth))
    return float((np.diff(np.concatenate([[0.0], recall])) * precision).sum())


def measure(finder: Finder, pictures: list[Image], truth: list[Array]) -> tuple[float, float, float]:
    """Return average precision, mean absolute count error, and median milliseconds."""
    finder.detect(pictures[0])  # compiles
    found, times = [], []
    for picture in pictures:
        begun = perf_counter()
        found.append(finder.detect(picture))
        times.append((perf_counter() - begun) * 1000)
    errors = [
        abs(int((people.scores >= COUNTED).sum()) - len(there)) for people, there in zip(found, truth, strict=True)
    ]
    return average_precision(found, truth), float(np.mean(errors)), float(np.median(times))


def main() -> int:
    """Measure and print."""
    from tests.media import find_annotation_or_none, find_vtest

    annotation = find_annotation_or_none()
    if annotation is None:
        print("no annotation found; set CROWDCOUNT_TEST_DATA to a folder with a MOTChallenge gt.txt", file=sys.stderr)
        return 1
    rows = load(Path(annotation), annotation=True)
    frames = [(number, image) for number, (image, _) in enumerate(read(find_vtest(), None), 1) if number % EVERY == 1]
    model = find_prepared(default_models_dir(), "yolo26n")
    network = choose_backend("auto", 0).open(model, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
    print("| people in the frame | scale | how | average precision | count error | ms | × one input |")
    print("| --- " * 7 + "|")
    for shrunk in (1, 2, 3):
        pictures = [
            image
            if shrunk == 1
            else cv2.resize(image, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=cv2.INTER_AREA)
            for _, image in frames
        ]
        truth = [np.array([box for _, box in rows[number]]).reshape(-1, 4) / shrunk for number, _ in frames]
        for side in SCALES:
            one = measure(Detector(network, side, LEAST_SCORE), pictures, truth)
            four = measure(Tiles(network, side), pictures, truth)
            for how, (precision, error, ms) in (("one input", one), ("tiles", four)):
                figures = f"{precision:.3f} | {error:.2f} | {ms:.0f} | {ms / one[2]:.2f}"
                print(f"| {81 // shrunk} px | {side} | {how} | {figures} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
