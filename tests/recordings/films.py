"""Films for the tests, made with PyAV: formats that browsers cannot play among them."""

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


def film(
    path: Path, frames: int = 20, codec: str = "mpeg4", pixels: str = "yuv420p", creation_time: str | None = None
) -> Path:
    """Write a film of so many frames; the name's ending says which container."""
    with av.open(str(path), "w") as container:
        if creation_time is not None:
            container.metadata["creation_time"] = creation_time
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 240, pixels
        for number in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def avi(path: Path, frames: int = 20) -> Path:
    """MPEG-4 part 2 in AVI: no browser plays it."""
    return film(path, frames)


def prores(path: Path, frames: int = 10, creation_time: str | None = None) -> Path:
    """ProRes in QuickTime, as cameras record it."""
    return film(path, frames, "prores_ks", "yuv422p10le", creation_time)
