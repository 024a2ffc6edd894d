"""The trackers of Ultralytics in a separate environment, as used with a single line of code.

``build()`` creates ``.cache/peers`` once (about a gigabyte). A peer then runs there as ``python -m bench.peers
TRACKER VIDEO --weights yolo26n.pt --out tracks.txt``, from JPEG in memory to tracks, as ours.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.plain import Row, use_standins
from bench.timing import measure_all

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache" / "peers"
TRACKERS = ("bytetrack", "botsort", "ocsort", "deepocsort", "tracktrack", "fasttrack")
SHARED = ("ultralytics-opencv-headless", "torch", "numpy", "opencv-python-headless", "av")
"""Of the same versions as here, so that only the pipelines differ."""
OWN = ("lap>=0.5.12",)


def python() -> Path:
    """Return the interpreter of the peers' environment."""
    return FOLDER / "bin" / "python"


def build() -> Path:
    """Create the environment if necessary; return its interpreter."""
    done = FOLDER / "complete.json"
    wanted = [f"{name}=={version(name).split('+')[0]}" for name in SHARED] + list(OWN)
    if not done.exists() or json.loads(done.read_text("utf-8")) != wanted:
        print(f"building the peers' environment in {FOLDER}", file=sys.stderr)
        venv.create(FOLDER, clear=True, with_pip=True)
        pip = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        done.write_text(json.dumps(wanted), "utf-8")
    return python()


def open_peer(tracker: str, weights: Path) -> Callable[[NDArray[np.uint8]], list[Row]]:
    """Load the model and return a function from an image to its tracks."""
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="1")
    if use_standins():
        print("torchvision cannot be imported here; a stand-in serves", file=sys.stderr)
    from ultralytics import YOLO

    model = YOLO(str(weights))

    def track(image_bgr: NDArray[np.uint8]) -> list[Row]:
        boxes = model.track(image_bgr, tracker=f"{tracker}.yaml", persist=True, classes=[0], verbose=False)[0].boxes
        if boxes.id is None:
            return []
        found = zip(boxes.id.int().tolist(), boxes.xyxy.tolist(), boxes.conf.tolist(), strict=True)
        return [
            (name, left, top, right - left, bottom - top, score) for name, (left, top, right, bottom), score in found
        ]

    return track


def main() -> int:
    """Run one peer on a video and write its tracks and times."""
    import cv2

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tracker", choices=TRACKERS)
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    track = open_peer(arguments.tracker, arguments.weights)

    def process(jpeg: bytes, _: float) -> list[Row]:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return track(image.astype(np.uint8, copy=False))

    print(json.dumps(measure_all(process, arguments.video, arguments.frames, arguments.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
