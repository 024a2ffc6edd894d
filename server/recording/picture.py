"""From decoded frames to pictures as they are to be shown: upright, square pixels, blue, green, red."""

from fractions import Fraction

import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from server.recording.orientation import turn

_STRANGE = 4
"""Pixels that are more than four times as long in one direction are an error of the file: HDV has 4:3, DVB 2:1."""


class PictureMaker:
    """Converts the frames of one recording.

    Parameters
    ----------
    pixel_aspect : Fraction, optional
        Width over height of a pixel as the file says; None or 0: square.
    max_pixels : int
        Of what is shown. What would become larger keeps its pixels as they are.
    matrix : bytes, optional
        The display matrix of every frame; None: as each of them says.
    """

    def __init__(self, pixel_aspect: Fraction | None, max_pixels: int, matrix: bytes | None = None) -> None:
        usual = pixel_aspect and Fraction(1, _STRANGE) <= pixel_aspect <= _STRANGE
        self._aspect = pixel_aspect if pixel_aspect and usual else Fraction(1)
        self._max_pixels, self._fixed = max_pixels, matrix
        self._matrix: bytes | None = None
        self._rotation: int | None = None
        self._convert = VideoReformatter()

    def make(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return the picture of a frame, shape (height, width, 3)."""
        width, height = self._shown(frame.width, frame.height)
        # Bicubic, as OpenCV's reader: the pixels of a frame that keeps its size are the same, bit for bit.
        shown = self._convert.reformat(
            frame, width=width, height=height, format="bgr24", interpolation=Interpolation.BICUBIC, threads=1
        )
        image = np.ascontiguousarray(shown.to_ndarray(), np.uint8)
        return turn(image, self._fixed or self._matrix_of(frame))

    def _matrix_of(self, frame: VideoFrame) -> bytes | None:
        """The display matrix of a frame. It is read anew when the angle changes: PyAV keeps a frame whose side data was
        read until the garbage collector comes."""
        if frame.rotation != self._rotation:
            self._rotation, self._matrix = frame.rotation, _matrix(frame)
        return self._matrix

    def _shown(self, width: int, height: int) -> tuple[int, int]:
        """The size with square pixels: the side is enlarged that has too few."""
        across, down = max(self._aspect, Fraction(1)), min(self._aspect, Fraction(1))
        shown = round(width * across), round(height / down)
        return shown if shown[0] * shown[1] <= self._max_pixels else (width, height)


def _matrix(frame: VideoFrame) -> bytes | None:
    """The display matrix of a frame, see `turn`."""
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # the frame has data of a kind that PyAV has no name for
        angle = np.deg2rad(frame.rotation)  # counterclockwise
        entries = np.cos(angle), -np.sin(angle), 0, np.sin(angle), np.cos(angle), 0, 0, 0, 1
        return (np.array(entries) * (1 << 16)).round().astype(np.int32).tobytes()
    return bytes(matrix) if isinstance(matrix, Buffer) else None
