"""Re-identification accuracy of appearance embeddings: colours and MobileNetV2, on annotated people.

``python -m bench.looks``. For every third frame, the embeddings of each annotated person over the last five
frames are compared with all people some time later. Rank 1: how often the most similar one is the same person.
AUC: how often the same person is more similar than another one.
"""

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bench.score import load
from bench.timing import read
from server.models.paths import default_models_dir
from server.vision.boxes import iou
from server.vision.settings import VisionSettings
from server.vision.vision import Vision

ROOT = Path(__file__).resolve().parents[1]
GAPS_S = {"0.7 s": 7, "2 s": 20, "7 s": 70}
"""Frames of vtest.avi at its nominal 10 frames/s."""
LEAST_SCORE = 0.3

Looks = list[dict[int, NDArray[np.float32]]]
"""For each frame, person -> embedding."""


def collect(appearance: str, video: Path, annotation: Path, frames: int) -> tuple[Looks, float]:
    """Return the embeddings of the annotated people, and the embedding time per frame, milliseconds."""
    vision = Vision(VisionSettings(models_dir=str(default_models_dir()), appearance=appearance))
    pipeline, truth = vision.open(), load(annotation, annotation=True)
    looks: Looks = []
    spent = 0.0
    for number, (image, _) in enumerate(read(video, frames), start=1):
        found = pipeline.detector.detect(image)
        boxes = found.xyxy[found.scores >= LEAST_SCORE]
        start = perf_counter()
        features = pipeline.features.embed(image, boxes)
        spent += perf_counter() - start
        people = truth.get(number, [])
        shared = iou(np.array([box for _, box in people]).reshape(-1, 4), boxes)
        rows, columns = linear_sum_assignment(-shared)
        pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if shared[row, column] >= 0.5]
        looks.append({people[row][0]: features[column] for row, column in pairs})
    return looks, 1000 * spent / len(looks)


def judge(looks: Looks, gap: int) -> dict[str, float]:
    """Return rank 1 and AUC after `gap` frames."""
    right: list[bool] = []
    same: list[float] = []
    other: list[float] = []
    for index in range(5, len(looks) - gap, 3):
        later = looks[index + gap]
        for person in looks[index].keys() & later.keys():
            recent = [frame[person] for frame in looks[index - 4 : index + 1] if person in frame]
            alike = {name: float(np.mean(recent, axis=0) @ feature) for name, feature in later.items()}
            if len(alike) > 1:
                right.append(max(alike, key=lambda name: alike[name]) == person)
                same.append(alike.pop(person))
                other.extend(alike.values())
    order = np.searchsorted(np.sort(other), same) / len(other)
    return {"rank_1": float(np.mean(right)), "auc": float(np.mean(order))}


def main() -> int:
    """Measure, print and store."""
    sys.path.insert(0, str(ROOT))
    from tests.media import find_annotation_or_none, find_vtest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=795)
    arguments = parser.parse_args()
    annotation = find_annotation_or_none()
    if annotation is None:
        print("no annotation of vtest.avi found; set CROWDCOUNT_TEST_DATA to its folder", file=sys.stderr)
        return 1
    result = {}
    for appearance in ("colour", "network"):
        looks, ms = collect(appearance, find_vtest(), annotation, arguments.frames)
        result[appearance] = {"ms_per_frame": ms, **{name: judge(looks, gap) for name, gap in GAPS_S.items()}}
    (ROOT / "bench" / "results" / "looks.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
