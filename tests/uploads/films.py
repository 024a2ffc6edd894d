"""Films for the tests, made with PyAV: formats that browsers cannot play among them."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

FPS = 10


def picture(number: int, width: int = 320, height: int = 240) -> NDArray[np.uint8]:
    """A grey picture with a bar that moves with each frame; (height, width, 3)."""
    image = np.full((height, width, 3), 90, np.uint8)
    left = number * 4 % (width - 20)
    image[:, left : left + 20] = 230
    return image


def film_of(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    codec: str = "mpeg4",
    pixels: str = "yuv420p",
    creation_time: str | None = None,
) -> Path:
    """Write a film of these pictures, (height, width, 3), blue, green, red; the name's ending says which container."""
    first, *others = pictures
    with av.open(str(path), "w") as container:
        if creation_time is not None:
            container.metadata["creation_time"] = creation_time
        stream = container.add_stream(codec, rate=FPS)
        stream.height, stream.width, stream.pix_fmt = *first.shape[:2], pixels
        stream.bit_rate = 4_000_000
        for image in (first, *others):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def avi(path: Path, frames: int = 20) -> Path:
    """MPEG-4 part 2 in AVI: no browser plays it."""
    return film_of(path, map(picture, range(frames)))


def prores(path: Path, frames: int = 10, creation_time: str | None = None) -> Path:
    """ProRes in QuickTime, as cameras record it."""
    return film_of(path, map(picture, range(frames)), "prores_ks", "yuv422p10le", creation_time)
