"""Person detector for single frames."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.backend import InferenceNetwork, InferenceRequest
from server.vision.boxes import suppress
from server.vision.detections import Detections
from server.vision.letterbox import Letterbox

_DUPLICATE_IOU = 0.7
"""IoU above which two boxes are duplicates: the default of Ultralytics."""
_MAX_BOXES = 1500
"""Maximum number of boxes, best first; bounds the cost of adversarial images."""
_MIN_SIDE = 2.0
"""Minimum side of a box after clipping to the frame, pixels."""


class Detector:
    """YOLO detector, person class only.

    Parameters
    ----------
    network : InferenceNetwork
        Exported by ``server.models.export`` for pixels 0..1. Outputs: ``boxes`` (1, 4, anchors), xyxy in input pixels,
        and ``scores`` (1, anchors).
    side : int
        Long side of the input, pixels.
    min_score : float
        Minimum confidence of a detection.
    large_side : int, optional
        Long side of the input for frames that are at least this large, pixels.
    """

    def __init__(self, network: InferenceNetwork, side: int, min_score: float, large_side: int | None = None) -> None:
        self._network = network
        self._side, self._large_side = side, large_side or side
        self._min_score = min_score

    def side(self, frame_height: int, frame_width: int) -> int:
        """Return the long side of the input for a frame of this size, pixels."""
        return self._large_side if max(frame_height, frame_width) >= self._large_side else self._side

    def prepare(self, frame_height: int, frame_width: int) -> None:
        """Compile in advance for frames of this aspect ratio."""
        box = Letterbox.fit(frame_height, frame_width, self.side(frame_height, frame_width))
        self._network.prepare(1, box.height, box.width)

    def scale(self, frame_height: int, frame_width: int) -> float:
        """Return the scale from frame pixels to input pixels."""
        return self.side(frame_height, frame_width) / max(frame_height, frame_width)

    @property
    def precision(self) -> str:
        """The precision of the network."""
        return self._network.precision

    def detect(self, image_bgr: NDArray[np.uint8]) -> Detections:
        """Return the people in an image of shape (height, width, 3), BGR."""
        return self.start(image_bgr).detections()

    def start(self, image_bgr: NDArray[np.uint8]) -> "PendingDetections":
        """Start the detection in an image of shape (height, width, 3), BGR. The call does not block."""
        height, width = image_bgr.shape[:2]
        letterbox = Letterbox.fit(height, width, self.side(height, width))
        request = self._network.start(letterbox.apply(image_bgr))
        return PendingDetections(request, letterbox, (height, width), self._min_score)


@dataclass(frozen=True, slots=True)
class PendingDetections:
    """A detection in progress.

    Attributes
    ----------
    request : Running
    letterbox : Letterbox
        Placement of the image in the network's input.
    size : tuple of int
        Height and width of the image, pixels.
    min_score : float
    """

    request: InferenceRequest
    letterbox: Letterbox
    size: tuple[int, int]
    min_score: float

    def detections(self) -> Detections:
        """Wait for the network and return the detections. Must be called exactly once."""
        outputs = self.request.outputs()
        scores = outputs["scores"][0]
        found = np.flatnonzero(scores >= self.min_score)
        found = found[np.argsort(-scores[found], kind="stable")][:_MAX_BOXES]
        boxes = self.letterbox.to_frame(outputs["boxes"][0][:, found].T, *self.size)
        large = np.all(boxes[:, 2:] - boxes[:, :2] >= _MIN_SIDE, axis=1)
        boxes, scores = boxes[large], scores[found[large]].astype(np.float64)
        kept = suppress(boxes, scores, _DUPLICATE_IOU)
        return Detections(boxes[kept], scores[kept])
