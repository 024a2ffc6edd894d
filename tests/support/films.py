"""Recordings of every kind, made from pictures with PyAV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Image = NDArray[np.uint8]
FPS = 24


@dataclass(frozen=True)
class FilmKind:
    """How a film is written.

    Attributes
    ----------
    codec : str
        An encoder of FFmpeg.
    options : dict
        Of the encoder.
    container : dict
        Options of the container.
    turned : float
        Degrees, counterclockwise, that a player turns it by.
    mirrored : bool
        Whether a player mirrors it.
    pixel_aspect : Fraction
        Width over height of a pixel.
    tags : dict
        Of the container.
    """

    codec: str = "libx264"
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    turned: float = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)
    tags: dict[str, str] = field(default_factory=dict)


PLAIN = FilmKind()
INTERLACED = FilmKind(options={"x264-params": "tff=1"})


def write_film(
    path: Path, images: Iterable[Image], kind: FilmKind = PLAIN, stamps: Sequence[int] | None = None
) -> Path:
    """Write pictures of shape (height, width, 3), 24 a second or at `stamps`, in units of 1/24 s."""
    with av.open(str(path), "w", options=kind.container) as container:
        container.metadata.update(kind.tags)
        stream = None
        for number, image in enumerate(images):
            if stream is None:
                stream = container.add_stream(kind.codec, rate=FPS, options=kind.options)
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt = "yuvj420p" if kind.codec == "mjpeg" else "yuv420p"
                stream.sample_aspect_ratio = kind.pixel_aspect
                stream.codec_context.time_base = Fraction(1, FPS)
                if kind.turned or kind.mirrored:
                    stream.set_display_rotation(kind.turned, hflip=kind.mirrored)
            frame = VideoFrame.from_ndarray(image, "bgr24")
            frame.pts, frame.time_base = stamps[number] if stamps else number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        assert stream is not None
        container.mux(stream.encode())
    return path


def weave(images: Sequence[Image]) -> list[Image]:
    """Make interlaced frames, each with the odd lines of one picture and the even lines of the next."""
    frames = []
    for first, second in zip(images[::2], images[1::2], strict=False):
        frame = first.copy()
        frame[1::2] = second[1::2]
        frames.append(frame)
    return frames


def numbered(count: int, height: int = 96, width: int = 128) -> list[Image]:
    """Grey pictures whose brightness says which one it is: 40 and 4 more for each, up to 50 of them."""
    return [np.full((height, width, 3), 40 + 4 * number, np.uint8) for number in range(count)]


def number_of(image: Image) -> int:
    """Which one of `numbered` a picture is."""
    return round((float(image[..., 1].mean()) - 39.5) / 4)


def quarters(height: int = 96, width: int = 128) -> Image:
    """A picture whose quarters are blue, green, red and white, from the top left in the order of reading."""
    image = np.full((height, width, 3), 255, np.uint8)
    for place, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        row, column = divmod(place, 2)
        image[row * height // 2 :, column * width // 2 :][: height // 2, : width // 2] = colour
    return image


def colours(image: Image) -> str:
    """The quarters of a picture by their initials, in the order of reading."""
    height, width = image.shape[:2]
    names = {(1, 0, 0): "b", (0, 1, 0): "g", (0, 0, 1): "r", (1, 1, 1): "w"}
    spots = [image[height * y // 4, width * x // 4] for y in (1, 3) for x in (1, 3)]
    return "".join(names.get(tuple(int(value > 127) for value in spot), "?") for spot in spots)


def damage(path: Path, spans: Iterable[tuple[float, float]]) -> Path:
    """Overwrite stretches of a file, as shares of its length, with zeros."""
    data = bytearray(path.read_bytes())
    for begin, end in spans:
        first, last = int(begin * len(data)), int(end * len(data))
        data[first:last] = bytes(last - first)
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    """Leave the beginning of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return path
