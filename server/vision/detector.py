"""Finds people in a picture; knows nothing of the frame before."""

from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from server.vision.boxes import suppress
from server.vision.detections import Detections
from server.vision.letterbox import Letterbox
from server.vision.network import Network

_SAME_PERSON = 0.7
"""Boxes that overlap by more are one person: Ultralytics' own default."""
_MOST = 1500
"""Boxes looked at, best first: bounds the time that a hostile picture can cost."""
_SMALLEST = 2.0
"""Pixels: a box that is thinner after clipping to the frame is no person."""


class Detector:
    """YOLO, person class only.

    Parameters
    ----------
    core : openvino.Core
    model_xml : Path
        Exported by ``server.models.export``: outputs ``boxes`` (1, 4, anchors) in input pixels and
        ``scores`` (1, anchors).
    side : int
        Long side of the input, pixels.
    min_score : float
        Confidence below which a box is dropped.
    threads : int
    """

    def __init__(self, core: ov.Core, model_xml: Path, side: int, min_score: float, threads: int) -> None:
        self._network = Network(core, model_xml, (0.0, 0.0, 0.0), (255.0, 255.0, 255.0), threads)
        self._side = side
        self._min_score = min_score

    def prepare(self, frame_height: int, frame_width: int) -> None:
        """Compile for frames of this aspect ratio ahead of the first."""
        box = Letterbox.fit(frame_height, frame_width, self._side)
        self._network.prepare(1, box.height, box.width)

    def scale(self, frame_height: int, frame_width: int) -> float:
        """Pixels of the input for one of a frame of this size."""
        return self._side / max(frame_height, frame_width)

    def detect(self, image_bgr: NDArray[np.uint8]) -> Detections:
        """Find people in a picture of shape (height, width, 3)."""
        height, width = image_bgr.shape[:2]
        letterbox = Letterbox.fit(height, width, self._side)
        outputs = self._network.infer(letterbox.apply(image_bgr))
        scores = outputs["scores"][0]
        found = np.flatnonzero(scores >= self._min_score)
        found = found[np.argsort(-scores[found], kind="stable")][:_MOST]
        boxes = letterbox.to_frame(outputs["boxes"][0][:, found].T, height, width)
        large = np.all(boxes[:, 2:] - boxes[:, :2] >= _SMALLEST, axis=1)
        boxes, scores = boxes[large], scores[found[large]].astype(np.float64)
        kept = suppress(boxes, scores, _SAME_PERSON)
        return Detections(boxes[kept], scores[kept])
