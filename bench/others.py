"""Other trackers on one video, in MOTChallenge format: ``python -m bench.others {peers,plain} VIDEO …``.

``peers``: all trackers of Ultralytics on the detections of one pass, in the environment of `bench.peers`. Each
gets the input of ``YOLO.track``: boxes with a score of at least 0.1, and the image. ``plain``: `bench.plain`.
"""

import argparse
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.peers import TRACKERS
from bench.plain import Row, open_plain, use_standins
from bench.timing import Image, read

LEAST = 0.1
"""Minimum score of the boxes that ``YOLO.track`` passes to a tracker."""


def open_trackers() -> dict[str, Any]:
    """Return every tracker with its default settings."""
    from ultralytics.trackers.track import TRACKER_MAP
    from ultralytics.utils import YAML, IterableSimpleNamespace
    from ultralytics.utils.checks import check_yaml

    settings = {name: IterableSimpleNamespace(**YAML.load(check_yaml(f"{name}.yaml"))) for name in TRACKERS}
    return {name: TRACKER_MAP[some.tracker_type](args=some) for name, some in settings.items()}


def write(path: Path, rows: dict[int, list[Row]]) -> None:
    """Write track IDs and boxes of all frames, from 1."""
    lines = [
        f"{frame},{identity},{left:.2f},{top:.2f},{width:.2f},{height:.2f},{score:.3f},-1,-1,-1\n"
        for frame, people in rows.items()
        for identity, left, top, width, height, score in people
    ]
    path.write_text("".join(lines), "utf-8")


def run_peers(video: Path, weights: Path, out: Path) -> None:
    """Detect once, then run each tracker."""
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="1")
    use_standins()
    from ultralytics import YOLO

    model, trackers = YOLO(str(weights)), open_trackers()
    rows: dict[str, dict[int, list[Row]]] = {name: defaultdict(list) for name in trackers}
    for frame, (image, _) in enumerate(read(video, None), start=1):
        boxes = model.predict(image, classes=[0], conf=LEAST, verbose=False)[0].boxes.cpu().numpy()
        for name, tracker in trackers.items():
            for left, top, right, bottom, identity, score, *_rest in tracker.update(boxes, image):
                rows[name][frame].append((int(identity), left, top, right - left, bottom - top, float(score)))
    for name, some in rows.items():
        write(out / f"{name}.txt", some)


def run_plain(video: Path, weights: Path, out: Path) -> None:
    """Run Ultralytics' detector with deep-sort-realtime."""
    track = open_plain(weights)
    frames: list[Image] = [image for image, _ in read(video, None)]
    write(out / "plain.txt", {frame: track(image) for frame, image in enumerate(frames, start=1)})


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.others", description=__doc__)
    parser.add_argument("which", choices=("peers", "plain"))
    parser.add_argument("video", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    run = run_peers if arguments.which == "peers" else run_plain
    run(arguments.video, arguments.weights, arguments.out)


if __name__ == "__main__":
    main()
