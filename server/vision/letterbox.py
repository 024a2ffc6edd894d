"""Letterboxing of frames into the detector's input, with the aspect ratio preserved."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.quality import STRIDE

_PADDING = 114
"""Grey value that Ultralytics uses for padding in training."""
_SHAPES = (0.5, 0.6, 0.75, 1.0)
"""Allowed short sides of the input, as fractions of the long side: for up to 2:1, 16:9, 4:3 and 1:1. Each shape is
compiled separately, so there are only a few."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Placement of a frame in the top left corner of the detector's input, padded with grey.

    Attributes
    ----------
    height, width : int
        Size of the input, pixels.
    content_height, content_width : int
        Size of the scaled frame within it, pixels.
    """

    height: int
    width: int
    content_height: int
    content_width: int

    @classmethod
    def fit(cls, frame_height: int, frame_width: int, side: int) -> "Letterbox":
        """Scale the long side to `side` pixels and round the short side up to an allowed shape."""
        scale = side / max(frame_height, frame_width)
        content_height = max(1, round(frame_height * scale))
        content_width = max(1, round(frame_width * scale))
        return cls(_shape(content_height, side), _shape(content_width, side), content_height, content_width)

    def apply(self, image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the input, shape (1, height, width, 3), with the channel order of the image."""
        whole = (self.content_height, self.content_width) == (self.height, self.width)
        batch: NDArray[np.uint8]
        if whole and image_bgr.shape[:2] == (self.height, self.width):
            return np.ascontiguousarray(image_bgr)[None]
        if whole:
            batch = np.empty((1, self.height, self.width, 3), np.uint8)
        else:
            batch = np.full((1, self.height, self.width, 3), _PADDING, np.uint8)
        content = batch[0, : self.content_height, : self.content_width]
        # Linear, as in training and prediction by Ultralytics.
        size = (self.content_width, self.content_height)
        if whole:
            cv2.resize(image_bgr, size, dst=content, interpolation=cv2.INTER_LINEAR)
        else:
            content[...] = cv2.resize(image_bgr, size, interpolation=cv2.INTER_LINEAR)
        return batch

    def to_frame(self, boxes_xyxy: NDArray[np.float32], frame_height: int, frame_width: int) -> NDArray[np.float64]:
        """Map boxes (n, 4), xyxy, from input pixels to frame pixels, clipped to the frame."""
        scale_x, scale_y = frame_width / self.content_width, frame_height / self.content_height
        boxes = boxes_xyxy.astype(np.float64) * (scale_x, scale_y, scale_x, scale_y)
        limits = (frame_width, frame_height, frame_width, frame_height)
        return np.clip(boxes, 0.0, limits)


def _shape(pixels: int, side: int) -> int:
    """Return the smallest allowed side of at least `pixels`, for an input with this long side."""
    return next(one for one in (_ceil(fraction * side) for fraction in _SHAPES) if one >= pixels)


def _ceil(pixels: float) -> int:
    return math.ceil(pixels / STRIDE) * STRIDE
