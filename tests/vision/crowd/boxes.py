"""Detections that tests make up."""

import numpy as np

from server.vision.detections import Detections

Box = tuple[float, float, float, float]


def found(*boxes_xyxy: Box, score: float = 0.6) -> Detections:
    """People at these places, pixels, all with one score."""
    return Detections(np.array(boxes_xyxy, np.float64).reshape(-1, 4), np.full(len(boxes_xyxy), score))


def row(count: int, *, top: float = 40.0, tall: float = 20.0, score: float = 0.6, left: float = 10.0) -> Detections:
    """So many people beside each other, each half as wide as `tall` pixels."""
    return found(*((left + i * tall, top, left + i * tall + tall / 2, top + tall) for i in range(count)), score=score)


NOBODY = found()
EMPTY = np.zeros((0, 4))
"""Boxes of nobody."""
