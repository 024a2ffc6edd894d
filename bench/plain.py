"""The plain pipeline: Ultralytics' `predict` with deep-sort-realtime, as in their READMEs."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Row = tuple[int, float, float, float, float, float]
"""Track ID, left, top, width, height in pixels, score."""
STANDINS = Path(__file__).parent / "standins"


def open_plain(weights: Path) -> Callable[[NDArray[np.uint8]], list[Row]]:
    """Load both and return a function from an image to its tracks.

    Unlike the READMEs, tracks without a detection in the frame are omitted; otherwise the count error would be
    several times as high.
    """
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_OFFLINE="1")
    if use_standins():
        print("torchvision or pkg_resources cannot be imported here; stand-ins serve", file=sys.stderr)
    from deep_sort_realtime.deepsort_tracker import DeepSort
    from ultralytics import YOLO

    model, tracker = YOLO(str(weights)), DeepSort()

    def track(image_bgr: NDArray[np.uint8]) -> list[Row]:
        boxes = model.predict(image_bgr, classes=[0], verbose=False)[0].boxes
        found = [
            ([left, top, right - left, bottom - top], score, "person")
            for (left, top, right, bottom), score in zip(boxes.xyxy.tolist(), boxes.conf.tolist(), strict=True)
        ]
        tracks = tracker.update_tracks(found, frame=image_bgr)
        rows: list[Row] = []
        for one in tracks:
            if one.is_confirmed() and one.time_since_update == 0:
                left, top, width, height = map(float, one.to_ltwh(orig=True))
                rows.append((int(one.track_id), left, top, width, height, float(one.det_conf or 0)))
        return rows

    return track


def use_standins() -> bool:
    """Put the stand-ins on the path if the real packages cannot be imported; return whether that was necessary."""
    try:
        import torchvision.ops  # noqa: F401 - whether it can be imported is the question

        broken = False
    except (ImportError, RuntimeError):  # a build for another torch raises RuntimeError
        broken = True
    if not broken and importlib.util.find_spec("pkg_resources"):
        return False
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    sys.path.insert(0, str(STANDINS))
    return True
