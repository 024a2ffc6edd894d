"""Finds people in a picture; knows nothing of the frame before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.vision.backend import InferenceNetwork, Running
from server.vision.boxes import suppress
from server.vision.detections import Detections
from server.vision.letterbox import Letterbox

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
    network : InferenceNetwork
        Exported by ``server.models.export``, for pixels 0..1: outputs ``boxes`` (1, 4, anchors) in input pixels and
        ``scores`` (1, anchors).
    side : int
        Long side of the input, pixels.
    min_score : float
        Confidence below which a box is dropped.
    closer : int, optional
        Long side of the input for frames whose own is at least as long.
    """

    def __init__(self, network: InferenceNetwork, side: int, min_score: float, closer: int | None = None) -> None:
        self._network = network
        self._side, self._closer = side, closer or side
        self._min_score = min_score

    def side(self, frame_height: int, frame_width: int) -> int:
        """Long side of the input, pixels, for a frame of this size."""
        return self._closer if max(frame_height, frame_width) >= self._closer else self._side

    def prepare(self, frame_height: int, frame_width: int) -> None:
        """Compile for frames of this aspect ratio ahead of the first."""
        box = Letterbox.fit(frame_height, frame_width, self.side(frame_height, frame_width))
        self._network.prepare(1, box.height, box.width)

    def scale(self, frame_height: int, frame_width: int) -> float:
        """Pixels of the input for one of a frame of this size."""
        return self.side(frame_height, frame_width) / max(frame_height, frame_width)

    @property
    def precision(self) -> str:
        """What the network computes with."""
        return self._network.precision

    def detect(self, image_bgr: NDArray[np.uint8]) -> Detections:
        """Find people in a picture of shape (height, width, 3)."""
        return self.look(image_bgr).detections()

    def look(self, image_bgr: NDArray[np.uint8]) -> "Look":
        """Begin to find people in a picture of shape (height, width, 3); others may be prepared meanwhile."""
        height, width = image_bgr.shape[:2]
        letterbox = Letterbox.fit(height, width, self.side(height, width))
        running = self._network.start(letterbox.apply(image_bgr))
        return Look(running, letterbox, (height, width), self._min_score)


@dataclass(frozen=True, slots=True)
class Look:
    """A picture that the network looks at.

    Attributes
    ----------
    running : Running
    letterbox : Letterbox
        How the picture lies in the network's input.
    size : tuple of int
        Height and width of the picture, pixels.
    min_score : float
    """

    running: Running
    letterbox: Letterbox
    size: tuple[int, int]
    min_score: float

    def detections(self) -> Detections:
        """Wait for the network and return the people; once."""
        outputs = self.running.outputs()
        scores = outputs["scores"][0]
        found = np.flatnonzero(scores >= self.min_score)
        found = found[np.argsort(-scores[found], kind="stable")][:_MOST]
        boxes = self.letterbox.to_frame(outputs["boxes"][0][:, found].T, *self.size)
        large = np.all(boxes[:, 2:] - boxes[:, :2] >= _SMALLEST, axis=1)
        boxes, scores = boxes[large], scores[found[large]].astype(np.float64)
        kept = suppress(boxes, scores, _SAME_PERSON)
        return Detections(boxes[kept], scores[kept])
