"""Appearance embeddings from MobileNetV2."""

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.backend import InferenceNetwork

_SIDE = 224
"""Input side of the network, pixels."""
_BATCHES = (1, 4, 8)
"""Compiled batch sizes; smaller batches are padded."""
MEAN = (0.485 * 255, 0.456 * 255, 0.406 * 255)
SCALE = (0.229 * 255, 0.224 * 255, 0.225 * 255)
"""ImageNet statistics, RGB, for pixels 0..255."""


class NetworkFeatures:
    """Appearance embeddings from a network; see `Features`.

    Parameters
    ----------
    network : InferenceNetwork
        Has the output ``features`` (n, 1280) and an input normalised by `MEAN` and `SCALE`.
    """

    different = 0.5
    """Cosine distance above which two images rarely show the same person."""
    reunite = 0.2
    """Maximum cosine distance for the re-identification of a person after an absence: DeepSORT's default."""

    def __init__(self, network: InferenceNetwork) -> None:
        self._network = network

    def prepare(self) -> None:
        """Compile all batch sizes."""
        for n in _BATCHES:
            self._network.prepare(n, _SIDE, _SIDE)

    def embed(self, image_bgr: NDArray[np.uint8], boxes_xyxy: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return unit embeddings of shape (n, 1280) for boxes of shape (n, 4), xyxy in pixels."""
        parts = []
        for start in range(0, len(boxes_xyxy), _BATCHES[-1]):
            chunk = boxes_xyxy[start : start + _BATCHES[-1]]
            size = next(n for n in _BATCHES if n >= len(chunk))
            batch = np.zeros((size, _SIDE, _SIDE, 3), np.uint8)
            for crop, box in zip(batch, chunk, strict=False):
                crop[...] = cv2.resize(_cut(image_bgr, box), (_SIDE, _SIDE))
            parts.append(self._network.start(batch).outputs()["features"][: len(chunk)])
        if not parts:
            return np.zeros((0, 1280), np.float32)
        features = np.concatenate(parts)
        unit: NDArray[np.float32] = features / np.linalg.norm(features, axis=1, keepdims=True)
        return unit


def _cut(image: NDArray[np.uint8], box_xyxy: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the crop of the box, at least one pixel."""
    left, top = (int(v) for v in box_xyxy[:2])
    right, bottom = (int(np.ceil(v)) for v in box_xyxy[2:])
    return image[top : max(bottom, top + 1), left : max(right, left + 1)]
