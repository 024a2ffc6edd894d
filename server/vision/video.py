"""Frames of a video file, decoded a little ahead while others think."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Full, Queue
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from server.core.errors import CodedError

_AHEAD = 4
"""Decoded frames that may wait: a few megabytes, enough to keep both sides busy."""
_USUAL_FPS = 25.0


class VideoError(CodedError):
    """A video cannot be read."""


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame.

    Attributes
    ----------
    image_bgr : ndarray of uint8, shape (height, width, 3)
    t : float
        Presentation time in milliseconds, larger than the one before.
    decode_ms : float
        What decoding took.
    """

    image_bgr: NDArray[np.uint8]
    t: float
    decode_ms: float


class Video:
    """A video file that is read once, from the start.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    fps : float
        As the file says, or 25.
    frames : int
        As the file says; 0 when it does not.
    size : tuple of int
        Height and width of the frames as the file says, pixels; what is decoded may be turned.

    Raises
    ------
    VideoError
        ``UNREADABLE_VIDEO``
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise VideoError("UNREADABLE_VIDEO", f"There is no video {path}.")
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise VideoError("UNREADABLE_VIDEO", f"{path} cannot be read as a video.")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if np.isfinite(fps) and fps > 0 else _USUAL_FPS
        self.frames = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        height, width = (self._capture.get(side) for side in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
        self.size = (max(1, int(height)), max(1, int(width)))
        self._path = path

    def __iter__(self) -> Iterator[VideoFrame]:
        """Yield every frame; decoding runs in a thread of its own."""
        queue: Queue[VideoFrame | None] = Queue(_AHEAD)
        stop = threading.Event()
        thread = threading.Thread(target=self._decode, args=(queue, stop), name="video decoder", daemon=True)
        thread.start()
        any_frame = False
        try:
            while (frame := queue.get()) is not None:
                any_frame = True
                yield frame
        finally:
            stop.set()
            thread.join()
            self._capture.release()
        if not any_frame:
            raise VideoError("UNREADABLE_VIDEO", f"{self._path} holds no frame that can be decoded.")

    def _decode(self, queue: "Queue[VideoFrame | None]", stop: threading.Event) -> None:
        t = -1000.0 / self.fps
        while not stop.is_set():
            start = perf_counter()
            taken, image = self._capture.read()
            if not taken:
                break
            position = self._capture.get(cv2.CAP_PROP_POS_MSEC)  # of the frame just read
            # Some containers report no or repeated times; then the nominal rate has to serve.
            t = position if position > t else t + 1000.0 / self.fps
            frame = VideoFrame(image.astype(np.uint8, copy=False), t, (perf_counter() - start) * 1000)
            _put(queue, frame, stop)
        _put(queue, None, stop)


def _put(queue: "Queue[VideoFrame | None]", item: VideoFrame | None, stop: threading.Event) -> None:
    """Put an item, unless nobody reads any more."""
    while not stop.is_set():
        try:
            queue.put(item, timeout=0.2)
        except Full:
            continue
        return
