"""Runs one pipeline over a video in a process of its own: ``python -m bench.runner PIPELINE VIDEO ...``."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.plain import Row, open_plain
from server.models.catalogue import RELEASES
from server.models.checksum import verify
from server.models.paths import default_models_dir
from server.vision.settings import VisionSettings

Image = NDArray[np.uint8]


def read(video: Path, frames: int | None) -> Iterator[tuple[Image, float]]:
    """Pictures and their times in milliseconds."""
    capture = cv2.VideoCapture(str(video))
    fps = capture.get(cv2.CAP_PROP_FPS)
    index = 0
    while frames is None or index < frames:
        taken, image = capture.read()
        if not taken:
            return
        yield image.astype(np.uint8, copy=False), index * 1000 / fps
        index += 1


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
    parser.add_argument("--quality", type=int, default=95)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    jpegs = []
    for image, t in read(arguments.video, arguments.frames):
        jpegs.append((cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, arguments.quality])[1].tobytes(), t))
    process = {
        "ours": lambda: run_ours("colour"),
        "ours-network": lambda: run_ours("network"),
        "plain": lambda: run_plain(arguments.weights),
        "bare": run_bare,
    }[arguments.pipeline]()
    lines, times, work = [], [], []
    for number, (jpeg, t) in enumerate(jpegs, start=1):
        start, busy = perf_counter(), process_time()
        rows = process(jpeg, t)
        times.append(perf_counter() - start)
        work.append(process_time() - busy)
        for identity, *box, confidence in rows:
            sides = ",".join(f"{value:.2f}" for value in box)
            lines.append(f"{number},{identity},{sides},{confidence:.3f},-1,-1,-1\n")
    arguments.out.write_text("".join(lines), "utf-8")
    settled = times[1:]  # the first frame compiles
    result = {
        "frames": len(times),
        "fps": len(settled) / sum(settled),
        "ms_median": 1000 * statistics.median(settled),
        "cpu_ms": 1000 * sum(work[1:]) / len(settled),
        "ms_p95": 1000 * float(np.percentile(settled, 95)),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
