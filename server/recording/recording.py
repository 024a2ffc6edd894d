"""A video file or photograph, decoded a little ahead while others think."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import chain
from pathlib import Path
from queue import Full, Queue
from time import perf_counter

from server.recording.container import open_file
from server.recording.errors import RecordingError
from server.recording.film import Film
from server.recording.source import Source
from server.recording.video_frame import VideoFrame

_AHEAD = 4
"""Decoded frames that may wait: a few megabytes, enough to keep both sides busy."""


class Recording:
    """A recording that is read once, from the start. A photograph is one of a single frame.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    fps : float
        Usual frames a second.
    frames : int
        As the file says; 0 when it does not.
    size : tuple of int
        Height and width of the first frame as it is shown, pixels.

    Raises
    ------
    RecordingError
        See `server.recording.errors`; ``NO_FRAMES`` if not even one frame can be decoded.
    OSError
    """

    def __init__(self, path: Path) -> None:
        file = open_file(path)
        try:
            self._film = Film(file, path)
            self._pictures = self._dated()
            first = next(self._pictures, None)
            if first is None:
                raise RecordingError("NO_FRAMES", f"{path} holds no frame that can be decoded.")
        except BaseException:
            file.close()
            raise
        self._file, self._first = file, first
        self.fps = self._film.expected.fps
        self.frames = self._film.expected.frames or 0
        self.size: tuple[int, int] = first.image_bgr.shape[:2]

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        """Yield every frame; decoding runs in a thread of its own."""
        queue: Queue[VideoFrame | None] = Queue(_AHEAD)
        stop = threading.Event()
        with ThreadPoolExecutor(1, "video decoder") as ahead, self:
            decoding = ahead.submit(self._decode, queue, stop)
            try:
                while (frame := queue.get()) is not None:
                    yield frame
            finally:
                stop.set()
                wait([decoding])
            decoding.result()  # raises what went wrong there

    def source(self) -> Source:
        """Say what was read and what is missing, once every frame was."""
        return self._film.source()

    def close(self) -> None:
        """Free the decoder and the file."""
        self._film.close()
        self._file.close()

    def _dated(self) -> Iterator[VideoFrame]:
        """Each frame with its time, and what it took."""
        start = perf_counter()
        for image, t in self._film.pictures():
            yield VideoFrame(image, t * 1000, (perf_counter() - start) * 1000)
            start = perf_counter()

    def _decode(self, queue: "Queue[VideoFrame | None]", stop: threading.Event) -> None:
        """Put all frames into the queue, and None at the end."""
        try:
            for frame in chain([self._first], self._pictures):
                _put(queue, frame, stop)
                if stop.is_set():
                    break
        finally:
            _put(queue, None, stop)


def _put(queue: "Queue[VideoFrame | None]", item: VideoFrame | None, stop: threading.Event) -> None:
    """Put an item, unless the other side stopped reading."""
    while not stop.is_set():
        try:
            queue.put(item, timeout=0.2)
        except Full:
            continue
        return
