"""The video that `crowdcount track --render` writes."""

from pathlib import Path

import cv2

from server.core.tracks import Tracks
from server.vision.drawing import Painter
from server.vision.video import VideoFrame


class Renderer:
    """Writes the annotated video, and looks whether it is whole: the library itself says nothing of a full disk.

    Parameters
    ----------
    path : Path
        Its ending says which container.
    fps : float
    """

    def __init__(self, path: Path, fps: float) -> None:
        self._path, self._fps = path, fps
        self._painter = Painter()
        self._writer: cv2.VideoWriter | None = None
        self._frames = 0

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._writer:
            self._writer.release()
            if kind is None:
                self._check()

    def write(self, frame: VideoFrame, tracks: Tracks) -> None:
        """Append one frame."""
        if self._writer is None:
            height, width = frame.image_bgr.shape[:2]
            fourcc = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._path), fourcc, self._fps, (width, height))
            if not self._writer.isOpened():
                raise OSError(f"{self._path} cannot be written as a video")
        self._writer.write(self._painter.draw(frame.image_bgr, tracks))
        self._frames += 1

    def _check(self) -> None:
        """Raise OSError unless the video can be opened, has every frame in its index, and the last one can be read."""
        video = cv2.VideoCapture(str(self._path))
        try:
            found = int(video.get(cv2.CAP_PROP_FRAME_COUNT)) if video.isOpened() else 0
            video.set(cv2.CAP_PROP_POS_FRAMES, max(0, found - 1))
            whole = abs(found - self._frames) <= 1 and video.read()[0]
        finally:
            video.release()
        if not whole:
            raise OSError(f"the video could not be written whole: {found} of {self._frames} frames; is the disk full?")
