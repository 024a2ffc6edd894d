"""The pictures of a recording, one after the other, with their times."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame as DecodedFrame
from numpy.typing import NDArray

from server.recording.clock import FrameClock
from server.recording.container import MAX_FILM_PIXELS, MAX_STILL_PIXELS, is_still, open_container, video_stream
from server.recording.decoder import Decoder
from server.recording.deinterlace import Deinterlacer
from server.recording.exif import exif_matrix
from server.recording.expected import read_expected
from server.recording.picture import PictureMaker
from server.recording.snapshot_file import SnapshotFile
from server.recording.source import Readings, Source, sum_up
from server.recording.still import check_still, read_header

MAX_FRAMES = 10_000_000
"""Frames that are read of a file: 46 hours at 60 a second. A small file may repeat itself without end."""

Image = NDArray[np.uint8]


class Film:
    """Decodes a file once, from the start, in the thread that asks.

    Parameters
    ----------
    file : SnapshotFile
    path : Path
        For messages.

    Attributes
    ----------
    expected : Expected

    Raises
    ------
    RecordingError
        See `server.recording.container`.
    """

    def __init__(self, file: SnapshotFile, path: Path) -> None:
        header = read_header(file)
        check_still(header, MAX_STILL_PIXELS)
        self._container = open_container(file, path)
        stream = video_stream(self._container, path)
        self._still = is_still(self._container)
        self.expected = read_expected(self._container, stream, still=self._still)
        self._decoder = Decoder(self._container, stream)
        self._deinterlacer = Deinterlacer(stream)
        limit = MAX_STILL_PIXELS if self._still else MAX_FILM_PIXELS
        turned = exif_matrix(header) if self._still else None
        self._maker = PictureMaker(stream.sample_aspect_ratio, limit, turned)
        self._clock = FrameClock[Image](1 / self.expected.fps, self.expected.length_s)
        self._read = 0
        self._first: Fraction | None = None
        self._stamp_s: float | None = None
        self._bound = ""

    def pictures(self) -> Iterator[tuple[Image, float]]:
        """Yield each picture, shape (height, width, 3), blue, green, red, and seconds since the first one."""
        for picture in self._timed():
            if self._read >= MAX_FRAMES:
                self._bound = f"at most {MAX_FRAMES} frames of a file are read."
                return
            self._read += 1
            yield picture
            if self._still:
                return

    def source(self) -> Source:
        """Say what was read, once that is done."""
        length_s = end_s = None
        if self._first is not None and self._stamp_s is not None and not self._clock.replaced:
            length_s = self._stamp_s + self._clock.interval_s
            end_s = float(self._first) + length_s
        readings = Readings(self._read, end_s, length_s, self._clock.replaced, self._bound)
        return sum_up(self.expected, self._decoder.losses, readings)

    def close(self) -> None:
        """Free the decoder."""
        self._container.close()

    def _timed(self) -> Iterator[tuple[Image, float]]:
        for frame in self._whole():
            image = self._convert(frame)
            if image is not None:
                self._stamp_s = self._stamp(frame)
                yield from self._clock.take(image, self._stamp_s)
        yield from self._clock.close()

    def _stamp(self, frame: DecodedFrame) -> float | None:
        """Seconds since the first stamp; exact also where that is the time of day. None: the frame has no stamp."""
        if frame.pts is None or not frame.time_base:
            return None
        stamp = frame.pts * frame.time_base
        self._first = stamp if self._first is None else self._first
        return float(stamp - self._first)

    def _whole(self) -> Iterator[DecodedFrame]:
        """Frames that are not interlaced."""
        for frame in self._decoder:
            yield from self._deinterlacer.take(frame)
        yield from self._deinterlacer.close()

    def _convert(self, frame: DecodedFrame) -> Image | None:
        """The picture of a frame; None where its format cannot be converted."""
        try:
            return self._maker.make(frame)
        except (FFmpegError, ValueError):
            self._decoder.losses.failed += 1
            return None
