"""Recordings as cameras, editors and full disks leave them, made from real frames."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.media import read_vtest

FPS = 10
TICKS = 12_800
"""Of the time base, a second."""
GOP = 12
"""Frames from one key frame to the next."""

Images = Sequence[NDArray[np.uint8]]


def write_film(
    path: Path,
    images: Images,
    times: Sequence[float] | None = None,
    codec: str = "libx264",
    mux: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Encode frames.

    Parameters
    ----------
    path : Path
        Its ending chooses the container.
    images : sequence of ndarray
        Blue, green, red, of one size.
    times : sequence of float, optional
        When each is shown, seconds; 10 a second from 0 without it. What lies before 0 becomes hidden in an MP4.
    codec : str
        An encoder's name.
    mux, codec_options : dict, optional
        Of FFmpeg.
    aspect : Fraction, optional
        Width of a pixel for a height of 1.
    """
    shown = times or [index / FPS for index in range(len(images))]
    shift = round(min(0.0, shown[0]) * TICKS)
    height, width = images[0].shape[:2]
    with av.open(str(path), "w", options=mux or {}) as film:
        stream: Any = film.add_stream(codec, rate=FPS, options=codec_options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
        stream.codec_context.gop_size = GOP
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        for image, at in zip(images, shown, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(at * TICKS) - shift, Fraction(1, TICKS)
            _mux(film, stream, stream.encode(frame), shift)
        _mux(film, stream, stream.encode(None), shift)
    return path


def _mux(film: Any, stream: Any, packets: Sequence[Any], shift: int) -> None:
    for packet in packets:
        packet.stream = stream
        packet.pts += shift
        packet.dts += shift
        film.mux(packet)


def trimmed(path: Path, hidden: int, shown: int) -> Path:
    """An MP4 whose edit list hides its first frames, as an editor that cuts without encoding leaves it."""
    times = [(index - hidden) / FPS for index in range(hidden + shown)]
    return write_film(path, read_vtest(hidden + shown), times, mux={"avoid_negative_ts": "disabled"})


def cut_off(path: Path, frames: int, share: float) -> Path:
    """An MP4 that lists all of its frames at the front and has only this share of its bytes."""
    write_film(path, read_vtest(frames), mux={"movflags": "+faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: round(len(whole) * share)])
    return path


def damaged(path: Path, frames: int, lost: range) -> Path:
    """An MP4 of which the data of some frames, in the order of decoding, are zero."""
    write_film(path, read_vtest(frames))
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as film:
        packets = [packet for packet in film.demux(video=0) if packet.size]
    for index in lost:
        start, size = packets[index].pos, packets[index].size
        assert start is not None
        data[start : start + size] = bytes(size)
    path.write_bytes(data)
    return path


def with_gap(path: Path, half: int, gap_s: float) -> Path:
    """Two halves with nothing between them for so long."""
    times = [index / FPS + (gap_s if index >= half else 0) for index in range(2 * half)]
    return write_film(path, read_vtest(2 * half), times)


def late_clock(path: Path, frames: int, first_s: float) -> Path:
    """A film whose clock does not begin at 0."""
    return write_film(path, read_vtest(frames), [first_s + index / FPS for index in range(frames)], codec="libvpx")


def woven(path: Path, frames: int) -> Path:
    """An interlaced film: the lines of a frame come from two moments, the top field first."""
    moments = read_vtest(2 * frames)
    images = []
    for first, second in zip(moments[::2], moments[1::2], strict=True):
        image = first.copy()
        image[1::2] = second[1::2]
        images.append(image)
    return write_film(path, images, codec_options={"x264-params": "tff=1:interlaced=1"})


def narrow(path: Path, frames: int) -> Path:
    """A film with half as many columns as rows ask for: its pixels are twice as wide as tall."""
    images = [np.ascontiguousarray(image[:, ::2]) for image in read_vtest(frames)]
    return write_film(path, images, aspect=Fraction(2, 1))
