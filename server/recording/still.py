"""What the header of a photograph says, read before anything is decoded."""

import struct

from server.core.errors import FrameError
from server.core.jpeg import read_header as read_jpeg
from server.recording.errors import RecordingError
from server.recording.snapshot_file import SnapshotFile

_JPEG_BYTES, _HEADER_BYTES = 32 << 20, 64
"""Bytes that are looked at: a JPEG says its size after its comments, and its scans are counted to its end."""
_JPEG, _PNG, _RIFF, _WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"WEBP"
_WORK_PER_PIXEL = 10
"""Samples that the scans of a JPEG may visit for each pixel that is allowed, as for the frames of a camera."""


def read_header(file: SnapshotFile) -> bytes:
    """Return as much of the beginning of a file as a photograph needs to be checked; call it before decoding."""
    data = file.begin(_HEADER_BYTES)
    return file.begin(_JPEG_BYTES) if data.startswith(_JPEG) else data


def check_still(data: bytes, max_pixels: int) -> None:
    """Refuse a photograph that would cost too much to decode.

    Parameters
    ----------
    data : bytes
        The beginning of the file. What is no JPEG, PNG or WebP passes.
    max_pixels : int

    Raises
    ------
    RecordingError
        ``TOO_MANY_PIXELS`` or ``TOO_MANY_SCANS``.
    """
    width, height = _jpeg_size(data, max_pixels) if data.startswith(_JPEG) else _size(data)
    if width * height > max_pixels:
        raise too_many_pixels(width, height, max_pixels)


def too_many_pixels(width: int, height: int, max_pixels: int) -> RecordingError:
    """The error for pictures of this size."""
    said = f"Its pictures have {width} × {height} pixels; at most {max_pixels / 1e6:.0f} million are read."
    return RecordingError("TOO_MANY_PIXELS", said)


def _jpeg_size(data: bytes, max_pixels: int) -> tuple[int, int]:
    """Width and height; (0, 0) where a damaged header does not say: the decoder has the same limit."""
    try:
        header = read_jpeg(data)
    except FrameError as error:
        if error.code == "TOO_MANY_SCANS":
            raise RecordingError(error.code, error.message) from error
        return 0, 0
    if header.width * header.height <= max_pixels < header.work / _WORK_PER_PIXEL:
        raise RecordingError("TOO_MANY_SCANS", f"The {header.scans} scans of the photograph cost too much to decode.")
    return header.width, header.height


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or WebP; (0, 0) of anything else."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith(_RIFF) and data[8:12] == _WEBP and len(data) >= 30:
        return _webp_size(data)
    return 0, 0


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height (RFC 9649, sections 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0
