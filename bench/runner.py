"""Runs one pipeline on a video in a separate process: ``python -m bench.runner PIPELINE VIDEO ...``."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from bench.plain import Row, open_plain
from bench.timing import Image, measure_all
from server.core.tracks import Tracks
from server.models.catalogue import RELEASES
from server.models.checksum import verify
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings


def run_plain(weights: Path) -> Callable[[bytes, float], list[Row]]:
    """Return the plain pipeline, from JPEGs."""
    verify(weights, RELEASES["yolo26n"].sha256, str(weights))
    track = open_plain(weights)

    def process(jpeg: bytes, _: float) -> list[Row]:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return track(image.astype(np.uint8, copy=False))

    return process


class Ours:
    """The crowdcount pipeline, from JPEGs, as used by the engine: frame by frame, or overlapped."""

    def __init__(self, appearance: str) -> None:
        from server.vision.vision import Vision

        self._vision = Vision(VisionSettings(models_dir=str(default_models_dir()), appearance=appearance))
        self._vision.warm_up()
        self._pipeline = self._vision.open()

    def __call__(self, jpeg: bytes, t: float) -> list[Row]:
        """Process one frame."""
        return _rows(self._pipeline.process(jpeg, t))

    def follow(self, frames: Iterable[tuple[bytes, float]]) -> Iterator[list[Row]]:
        """Process overlapped frames of a new stream, at maximum throughput."""
        from server.vision.pipeline import finish_in_turn

        pipeline = self._vision.open()
        return map(_rows, finish_in_turn(pipeline.begin(jpeg, t) for jpeg, t in frames))


def _rows(tracks: Tracks) -> list[Row]:
    rows = []
    for person in tracks.people:
        left, top, right, bottom = person.box_norm
        x, y, width, height = left * tracks.width, top * tracks.height, right - left, bottom - top
        rows.append((person.id, x, y, width * tracks.width, height * tracks.height, person.score))
    return rows


def run_bare() -> Callable[[bytes, float], list[Row]]:
    """Return the bare network on a letterboxed image: no decoding, box processing or tracking."""
    from server.models.catalogue import find_prepared
    from server.vision.backend import choose_backend
    from server.vision.letterbox import Letterbox

    model = find_prepared(default_models_dir(), "yolo26n")
    network = choose_backend("auto", 0).open(model, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
    fitted: dict[str, Image] = {}

    def process(jpeg: bytes, _: float) -> list[Row]:
        if not fitted:
            image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert image is not None
            height, width = image.shape[:2]
            fitted["batch"] = Letterbox.fit(height, width, 640).apply(image.astype(np.uint8, copy=False))
        network.start(fitted["batch"]).outputs()
        return []

    return process


def main() -> int:
    """Run one pipeline; write tracks and times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", choices=("ours", "ours-network", "plain", "bare"))
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--weights", type=Path, help="yolo26n.pt, for the plain pipeline")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    process = {
        "ours": lambda: Ours("colour"),
        "ours-network": lambda: Ours("network"),
        "plain": lambda: run_plain(arguments.weights),
        "bare": run_bare,
    }[arguments.pipeline]()
    print(json.dumps(measure_all(process, arguments.video, arguments.frames, arguments.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
