"""Runs one pipeline over a video in a process of its own: ``python -m bench.runner PIPELINE VIDEO ...``."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from bench.plain import Row, open_plain
from bench.timing import Image, measure_all
from server.models.catalogue import RELEASES
from server.models.checksum import verify
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings


def run_plain(weights: Path) -> Callable[[bytes, float], list[Row]]:
    """The plain pipeline, from JPEGs."""
    verify(weights, RELEASES["yolo26n"].sha256, str(weights))
    track = open_plain(weights)

    def process(jpeg: bytes, _: float) -> list[Row]:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return track(image.astype(np.uint8, copy=False))

    return process


def run_ours(appearance: str) -> Callable[[bytes, float], list[Row]]:
    """Our pipeline, from JPEGs: what the engine calls."""
    from server.vision.vision import Vision

    vision = Vision(VisionSettings(models_dir=str(default_models_dir()), appearance=appearance))
    vision.warm_up()
    pipeline = vision.open()

    def process(jpeg: bytes, t: float) -> list[Row]:
        tracks = pipeline.process(jpeg, t)
        rows = []
        for person in tracks.people:
            left, top, right, bottom = person.box_norm
            x, y, width, height = left * tracks.width, top * tracks.height, right - left, bottom - top
            rows.append((person.id, x, y, width * tracks.width, height * tracks.height, person.score))
        return rows

    return process


def run_bare() -> Callable[[bytes, float], list[Row]]:
    """The detector's network alone, on a picture that is already fitted: no decoding, no boxes, no tracking."""
    import openvino as ov

    from server.models.catalogue import find_prepared
    from server.vision.letterbox import Letterbox
    from server.vision.network import Network

    path = find_prepared(default_models_dir(), "yolo26n").network
    network = Network(ov.Core(), path, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
    fitted: dict[str, Image] = {}

    def process(jpeg: bytes, _: float) -> list[Row]:
        if not fitted:
            image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert image is not None
            height, width = image.shape[:2]
            fitted["batch"] = Letterbox.fit(height, width, 640).apply(image.astype(np.uint8, copy=False))
        network.infer(fitted["batch"])
        return []

    return process


def main() -> int:
    """Run one and write tracks and times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", choices=("ours", "ours-network", "plain", "bare"))
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--weights", type=Path, help="yolo26n.pt, for the plain pipeline")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    process = {
        "ours": lambda: run_ours("colour"),
        "ours-network": lambda: run_ours("network"),
        "plain": lambda: run_plain(arguments.weights),
        "bare": run_bare,
    }[arguments.pipeline]()
    print(json.dumps(measure_all(process, arguments.video, arguments.frames, arguments.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
