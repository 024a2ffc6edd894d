"""The video that `crowdcount track --render` writes."""

from pathlib import Path

import cv2

from server.core.tracks import Tracks
from server.recording.video_frame import VideoFrame
from server.recording.written import frames_written
from server.vision.drawing import Painter


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
        self._size = 0, 0

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._writer:
            self._writer.release()
            if kind is None:
                self._check()

    def write(self, frame: VideoFrame, tracks: Tracks) -> None:
        """Append one frame; all have the size of the first."""
        height, width = frame.image_bgr.shape[:2]
        if self._writer is None:
            self._size = width, height
            fourcc = cv2.VideoWriter.fourcc(*"mp4v")
            # A name that is not absolute and has a colon in it would be taken for a protocol.
            self._writer = cv2.VideoWriter(str(self._path.absolute()), fourcc, self._fps, self._size)
            if not self._writer.isOpened():
                raise OSError(f"{self._path} cannot be written as a video")
        drawn = self._painter.draw(frame.image_bgr, tracks)
        self._writer.write(drawn if (width, height) == self._size else cv2.resize(drawn, self._size))
        self._frames += 1

    def _check(self) -> None:
        """Raise OSError unless the video can be opened, has every frame, and the last one can be read."""
        found = frames_written(self._path)
        if found != self._frames:
            raise OSError(f"the video could not be written whole: {found} of {self._frames} frames; is the disk full?")
