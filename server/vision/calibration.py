"""Calibration images for quantization: augmented views of the two sample images in the Ultralytics package.

Recordings differ in the size of people, lighting, contrast, colour, noise, sharpness and compression. The views
cover this variety: activation ranges measured on clean photographs of large people do not fit small, faint ones.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from server.vision.letterbox import Letterbox

_PICTURES = ("bus.jpg", "zidane.jpg")
_SIDE = 640
_MOSAIC_EVERY = 3
"""Every third view is a mosaic of smaller views, with people far away."""
_PER_SIDE = (2, 3)
"""Minimum and maximum number of views along a side of a mosaic."""

Image = NDArray[np.uint8]


def views(count: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield detector inputs of shape (1, 3, height, width), RGB 0..1; deterministic for a given seed."""
    rng = np.random.default_rng(seed)
    pictures = _load_pictures()
    for index in range(count):
        view = _view(pictures[index % len(pictures)], rng)
        if index % _MOSAIC_EVERY == _MOSAIC_EVERY - 1:
            view = _mosaic(view.shape[:2], pictures, rng)
        batch = Letterbox.fit(view.shape[0], view.shape[1], _SIDE).apply(view)
        batch[0, 0, :2] = ((0, 0, 0), (255, 255, 255))  # makes every view span the full range of a byte
        yield np.ascontiguousarray(batch[..., ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


def _view(picture: Image, rng: np.random.Generator) -> Image:
    """Return a random crop with random flip, lighting, blur and compression."""
    height, width = (int(side * rng.uniform(0.35, 1.0)) for side in picture.shape[:2])
    top = rng.integers(0, picture.shape[0] - height + 1)
    left = rng.integers(0, picture.shape[1] - width + 1)
    part = picture[top : top + height, left : left + width, :][:, :: rng.choice((-1, 1))]
    return _compress(_blur(_light(part, rng), rng), rng)


def _mosaic(size: tuple[int, int], pictures: list[Image], rng: np.random.Generator) -> Image:
    """Return a grid of small views with about the size of one view."""
    n = int(rng.integers(_PER_SIDE[0], _PER_SIDE[1] + 1))
    height, width = size[0] // n, size[1] // n

    def small() -> Image:
        view = _view(pictures[rng.integers(len(pictures))], rng)
        return cv2.resize(view, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)

    return np.vstack([np.hstack([small() for _ in range(n)]) for _ in range(n)])


def _light(part: Image, rng: np.random.Generator) -> Image:
    """Apply random colour, contrast, brightness and noise."""
    values = part.astype(np.float32)
    if rng.random() < 0.25:
        values = values.mean(axis=2, keepdims=True).repeat(3, axis=2)
    elif rng.random() < 0.5:
        values = values * rng.uniform(0.8, 1.2, 3).astype(np.float32)
    mean = values.mean()
    values = (values - mean) * rng.uniform(0.4, 1.3) + mean * rng.uniform(0.5, 1.4) + rng.uniform(-30, 30)
    if rng.random() < 0.3:
        values = values + rng.normal(0, rng.uniform(2, 12), values.shape)
    seen: Image = np.clip(values, 0, 255).astype(np.uint8)
    return seen


def _blur(part: Image, rng: np.random.Generator) -> Image:
    """Randomly reduce the resolution."""
    if rng.random() >= 0.4:
        return part
    height, width = part.shape[:2]
    scale = rng.uniform(0.25, 0.7)
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height)).astype(np.uint8, copy=False)


def _compress(part: Image, rng: np.random.Generator) -> Image:
    """Randomly apply JPEG compression of low quality."""
    if rng.random() >= 0.4:
        return part
    jpeg = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 80))])[1]
    decoded = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8, copy=False)


def _load_pictures() -> list[Image]:
    """Return the sample images of the installed Ultralytics package, BGR."""
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("ultralytics is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "assets"
    pictures = [cv2.imread(str(folder / name)) for name in _PICTURES]
    return [picture.astype(np.uint8, copy=False) for picture in pictures if picture is not None]
